import { expect, test } from "vitest";
import { writeJson } from "../../base/index.ts";
import { plannerRun, wilson } from "../../evaluation/index.ts";
import type { PlannerEvaluation } from "../../synthesis/index.ts";
import { stageFolder, type Run } from "../run.ts";
import type { RequestRow, SeriesRun } from "./evaluation.ts";
import { plannerResults } from "./results.ts";
import { SERIES, type SeriesName } from "./series.ts";
import { testRun } from "./test-run.ts";

const good: PlannerEvaluation = { steps: [], final_answer_rating: 5, explanation: "" };

/** A run in which of four requests so many pass, in each of two runs of each series. */
function finished(arm: string, passes: Record<SeriesName, readonly [number, number]>): Run {
  const run: Run = { ...testRun(), arm };
  const runs: SeriesRun[] = [];
  const rows: RequestRow[] = [];
  for (const series of Object.values(SERIES))
    passes[series].forEach((passed, number) => {
      const evaluations = [0, 1, 2, 3].map((i) => (i < passed ? good : undefined));
      runs.push({ series, run: number, ...plannerRun(evaluations) });
      rows.push(
        ...evaluations.map((evaluation, i): RequestRow => {
          const ok = evaluation !== undefined;
          const ends = { stop: ok ? "final_answer" : "no_plan", completed: ok, passed: ok } as const;
          return {
            ...{
              series,
              run: number,
              request: `1_${i}`,
              category: "Travel",
              needs: 1 + (i % 2),
              taken: 2,
              badSteps: 0,
            },
            ...ends,
          };
        }),
      );
    });
  writeJson(stageFolder(run, "evaluation", "runs.json"), runs);
  writeJson(stageFolder(run, "evaluation", "rows.json"), rows);
  return run;
}

test("means over runs, comparisons, and requests by their steps", () => {
  const { series, comparisons, bySteps, stops } = plannerResults([
    finished("main", { "zero-shot": [0, 0], "fine-tuned": [2, 4], "scripted teacher": [4, 4] }),
  ]);
  expect(series.map(({ series: name, metrics }) => [name, metrics.pass_rate?.mean, metrics.pass_rate?.n])).toEqual([
    ["zero-shot", 0, 2],
    ["fine-tuned", 0.75, 2],
    ["scripted teacher", 1, 2],
  ]);
  expect(comparisons.map(({ a, b, metric }) => `${a}/${b}/${metric}`)).toEqual(
    ["zero-shot", "scripted teacher"].flatMap((b) =>
      ["pass_rate", "bad_task_rate", "completion_rate"].map((metric) => `fine-tuned/${b}/${metric}`),
    ),
  );
  expect(comparisons[0].difference).toBeCloseTo(0.75);
  const tuned = bySteps.filter((row) => row.series === "fine-tuned");
  expect(tuned.map(({ needs, requests, episodes, passed }) => [needs, requests, episodes, passed])).toEqual([
    [1, 2, 4, 3],
    [2, 2, 4, 3],
  ]);
  const { low, high } = wilson(1.5, 2); // a second run of the same two requests tells little more about others
  expect(tuned[0]).toMatchObject({ pass_rate: 0.75, low, high });
  expect(stops.filter((row) => row.series === "fine-tuned")).toEqual([
    { series: "fine-tuned", stop: "final_answer", episodes: 6 },
    { series: "fine-tuned", stop: "no_plan", episodes: 2 },
  ]);
});

test("seeds of an arm are runs of one series; arms are series of their own, and compared", () => {
  const passes = { "zero-shot": [0, 0], "fine-tuned": [2, 2], "scripted teacher": [4, 4] } as const;
  const { series, comparisons } = plannerResults([
    finished("completion", passes),
    finished("completion", passes),
    finished("full", passes),
  ]);
  expect(series.map(({ series: name, runs }) => [name, runs.length])).toEqual([
    ["zero-shot", 2],
    ["fine-tuned, completion", 4],
    ["fine-tuned, full", 2],
    ["scripted teacher", 2],
  ]);
  expect(comparisons.some(({ a, b }) => a === "fine-tuned, completion" && b === "fine-tuned, full")).toBe(true);
  expect(comparisons.some(({ a, b }) => a === b)).toBe(false);
});
