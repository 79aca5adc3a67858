import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { JsonlWriter, writeJson } from "../base/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { formatMain, resultsOf, sampleEpisodes } from "./results.ts";
import { openRun, type Run } from "./run.ts";
import { ARMS, type EvaluationRow } from "./stages/evaluation.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "results-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const SET = "generated test";

/** A run that won the first `won` of ten games, and whose snapshot won one. */
async function runWith(seed: number, won: number): Promise<Run> {
  const run = { ...openRun({ recipe: "household", seed, quick: true }), folder: path.join(folder, `seed${seed}`) };
  const rows: EvaluationRow[] = [];
  const add = (game: number, metric: EvaluationRow["metric"], value: number, snapshotTokens?: number): void => {
    const task = { taskId: `g${game}`, taskType: "pick_and_place_simple", split: SET, source: "generated" };
    rows.push({ run: "main", arm: ARMS.free, seed, ...task, metric, value, ...(snapshotTokens && { snapshotTokens }) });
  };
  for (let game = 0; game < 10; game++) {
    add(game, "success", game < won ? 1 : 0);
    add(game, "invalid_rate", 0.2);
    if (game < won) add(game, "steps_if_won", 6);
    add(game, "success", game < 1 ? 1 : 0, 500);
  }
  writeJson(path.join(run.folder, "evaluation", "rows.json"), rows);
  for (const arm of ["student-free", "student-admissible-only"]) {
    const writer = new JsonlWriter(path.join(run.folder, "evaluation/episodes/generated-test", `${arm}.jsonl.gz`));
    for (let game = 0; game < 10; game++) await writer.write(episode(game, game < won));
    await writer.close();
  }
  return run;
}

const episode = (game: number, success: boolean): Trajectory => ({
  id: `g${game}`,
  environment: "household",
  task: {
    id: `g${game}`,
    type: "pick_and_place_simple",
    source: "generated",
    split: "test",
    goal: "put some mug on desk",
  },
  agent: "student",
  seed: 0,
  turns: [{ role: "user", content: "You are in the middle of a room." }],
  reward: success ? 1 : 0,
  success,
  steps: 40,
  invalid: 0,
  stop: success ? "success" : "step_limit",
});

describe("resultsOf", () => {
  it("gives one seed a Wilson interval", async () => {
    const { main, learningCurve, failures } = await resultsOf([await runWith(0, 8)]);
    expect(main).toHaveLength(1);
    expect(main[0]).toMatchObject({ variant: "main", set: SET, games: 10, seeds: 1, success: 0.8, stepsIfWon: 6 });
    expect(main[0].refused).toBeCloseTo(0.2);
    expect([main[0].low, main[0].high].map((x) => x.toFixed(4))).toEqual(["0.4902", "0.9433"]); // Newcombe 1998, method 3
    expect(learningCurve.map(({ tokens, value }) => [tokens, value])).toEqual([
      [500, 0.1],
      [1000, 0.8],
    ]);
    expect(failures.map(({ arm, n, set }) => [arm, n, set])).toEqual([
      [ARMS.free, 2, SET],
      [ARMS.admissible, 2, SET],
    ]);
  });

  it("takes several seeds together, over the same games", async () => {
    const { main } = await resultsOf([await runWith(0, 8), await runWith(1, 6)]);
    expect(main).toHaveLength(1);
    expect(main[0]).toMatchObject({ games: 10, seeds: 2, success: 0.7 });
    expect(main[0].low).toBeLessThan(0.7);
    expect(formatMain(main)[0]).toMatchObject({ n: "10 × 2 seeds", success: "70.0 %" });
  });
});

it("shows lost games before won ones", async () => {
  const run = await runWith(2, 8);
  const sample = await sampleEpisodes(run, SET, "free", { lost: 5, won: 2 });
  expect(sample.map((episode) => episode.id)).toEqual(["g8", "g9", "g0", "g1"]);
});
