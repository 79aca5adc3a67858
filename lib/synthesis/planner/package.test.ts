import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { pythonJson, readJson, testDataFolder } from "../../base/index.ts";
import { FORMATS, type TrajectoryFormat } from "../../trajectory/index.ts";
import {
  episodeRows,
  packageRows,
  readPublishedTrajectory,
  readRecordedSearch,
  recordedRunSchema,
  recordedSearchSchema,
  recordedSearchTool,
  recordedTool,
  replayRun,
  rowLine,
  splitRows,
  type PlannerEvaluation,
  type PlannerRecord,
} from "./index.ts";

const plan = (task: string, selected_tool: string) => ({
  user_request: "R",
  context_information_summary: "s",
  missing_information_or_action: "m",
  thoughts: "é",
  task,
  selected_tool,
});
const finished = readPublishedTrajectory(
  [
    { plan: plan("a", "use_bash"), result: "b" },
    { plan: plan("c", "final_answer"), result: "d" },
  ],
  "1_0",
);
const evaluation = (final_answer_rating: number): PlannerEvaluation => ({
  steps: [{ task_rating: 1, tool_rating: 1, result_rating: 1, explanation: "" }],
  final_answer_rating,
  explanation: "",
});

test("JSON as Python writes it", () => {
  // json.dumps({"a": [1, "é\u2028😀\x7f\t\"", None, True], "b": {}})
  expect(pythonJson({ a: [1, 'é\u2028😀\x7f\t"', null, true], b: {}, c: undefined })).toBe(
    '{"a": [1, "\\u00e9\\u2028\\ud83d\\ude00\\u007f\\t\\"", null, true], "b": {}}',
  );
});

test("rows hold the four fields in their order, and the steps before", () => {
  const [first, second] = episodeRows(finished);
  expect(first.target).toBe(
    '{"context_information_summary": "s", "thoughts": "\\u00e9", "task": "a", "selected_tool": "use_bash"}',
  );
  expect(second.prompt).toContain("```\nTask: a\nResult: b\n```");
  expect(second.text).toBe(`<s>[INST] ${second.prompt} [/INST] ${second.target}</s>`);
  const [trajectory] = (FORMATS.get("bot-with-plan-packaged") as TrajectoryFormat).read(first, { file: "x", index: 0 });
  expect(trajectory.turns[1].action).toBe("use_bash: a");
});

test("only episodes whose final answer is rated high enough are packaged, with all their steps", () => {
  const unfinished: PlannerRecord = { ...finished, stop: "step_limit", answer: null };
  const judged = [
    { record: finished, evaluation: evaluation(4) },
    { record: finished, evaluation: evaluation(3) },
    { record: finished },
    { record: unfinished, evaluation: evaluation(5) },
  ];
  const packaged = packageRows(judged);
  expect(packaged).toMatchObject({ kept: 1, lowRated: 1, notEvaluated: 1, unfinished: 1 });
  expect(packaged.rows).toHaveLength(2);
  expect(packageRows(judged, 3).kept).toBe(2);
});

test("the split is a partition, decided by the seed", () => {
  const rows = Array.from({ length: 100 }, (_, i) => i);
  const { train, validation } = splitRows(rows);
  expect(validation).toHaveLength(30);
  expect([...train, ...validation].sort((a, b) => a - b)).toEqual(rows);
  expect(splitRows(rows)).toEqual({ train, validation });
  expect(splitRows(rows, 1).validation).not.toEqual(validation);
  expect(() => splitRows(rows.slice(0, 30))).toThrow("30 rows are too few");
});

describe("published files", () => {
  const published = (name: string): string | null => {
    const data = testDataFolder();
    const file = data === null ? null : path.join(data, "bot-with-plan", name);
    return file !== null && fs.existsSync(file) ? file : null;
  };

  test("trajectory.json packaged is trajectory_packaged.jsonl, to the byte", (context) => {
    const [from, to] = [published("trajectory.json"), published("trajectory_packaged.jsonl")];
    if (from === null || to === null) return context.skip("no bot-with-plan trajectory in the data folder");
    const record = readPublishedTrajectory(readJson(from), "trajectory");
    const lines = episodeRows(record).map(rowLine).join("");
    expect(Buffer.from(lines, "utf8").equals(fs.readFileSync(to))).toBe(true);
    expect(record).toMatchObject({ stop: "final_answer" });
    expect(record.steps).toHaveLength(10);
  });

  test("recorded runs replay: the loop takes their steps and gives their answers", async (context) => {
    const file = published("recorded_runs.json");
    if (file === null) return context.skip("no recorded runs of bot-with-plan in the data folder");
    const runs = readJson<unknown[]>(file).map((run) => recordedRunSchema.parse(run));
    expect(runs).toHaveLength(11);
    for (const run of runs) {
      const episode = await replayRun(run);
      expect(episode).toMatchObject({
        stop: "final_answer",
        answer: run.final_answer,
        planner: `recorded ${run.planner}`,
      });
      const steps = episode.steps
        .slice(0, -1)
        .map(({ plan: { task, selected_tool }, result }) => [selected_tool, task, result]);
      expect(steps).toEqual(run.steps.map((step) => [recordedTool(step), step.task, step.observation]));
      expect(episode.steps.some(({ failure }) => failure !== undefined)).toBe(false);
    }
  });

  test("recorded searches answer their questions again, and no others", async (context) => {
    const file = published("recorded_searches.json");
    if (file === null) return context.skip("no recorded searches of bot-with-plan in the data folder");
    const searches = readJson<unknown[]>(file).map((search) => recordedSearchSchema.parse(search));
    const tool = recordedSearchTool(searches);
    const ask = async (task: string) => tool.run({ request: "", task, context: "" });
    expect(await ask("What is the current weather in vienna in celcius")).toEqual({
      kind: "answer",
      text: "The current weather in Vienna is 26°C.",
    });
    for (const { task, query, answer } of searches.map(readRecordedSearch)) {
      expect((await ask(task)).text).toBe(answer);
      expect((await ask(query)).text).toBe(answer);
      expect(answer).toMatch(/^The .*\.$/);
    }
    expect(await ask("something else")).toMatchObject({ kind: "failure", reason: "not_recorded" });
  });
});
