import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sha256File, UserError } from "../base/index.ts";
import { Llama, selectEngine, tf } from "../model/index.ts";
import { tinyModel, tinyOptimizer, tinyRows } from "./fixtures/tiny.ts";
import {
  BatchGradients,
  makeBatch,
  readMetrics,
  sftObjective,
  trainSft,
  trainStep,
  type SftRecipeInput,
} from "./index.ts";

const RECIPE = { seed: 1, batchSize: 4, epochs: 10, checkpointEvery: 7, snapshots: [2000] };

/** Starting more threads takes longer than these runs. */
const ONE = { threads: 1 };

let folder: string;
beforeAll(() => {
  selectEngine("auto");
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-sft-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

async function trainTiny(name: string, recipe: SftRecipeInput = RECIPE): Promise<string> {
  const model = tinyModel();
  await trainSft({ ...ONE, model, rows: tinyRows(40), recipe, folder: path.join(folder, name) });
  model.dispose();
  return sha256File(path.join(folder, name, "model.safetensors"));
}

describe("trainSft", () => {
  test("the same call twice gives the same bytes, and files that load", async () => {
    expect(await trainTiny("a")).toBe(await trainTiny("b"));
    expect(readMetrics(path.join(folder, "a", "metrics.jsonl"))).toHaveLength(100);
    const model = Llama.load(path.join(folder, "a", "snapshots", "2000"));
    expect(model.config.vocab_size).toBe(32);
    model.dispose();
  });

  test("a damaged checkpoint and one of another recipe are passed over", async () => {
    const whole = await trainTiny("whole");
    fs.cpSync(path.join(folder, "whole"), path.join(folder, "other"), { recursive: true });
    fs.truncateSync(path.join(folder, "other", "checkpoints", "step-00000100", "state.safetensors"), 1000);
    expect(await trainTiny("other")).toBe(whole);
    expect(await trainTiny("other", { ...RECIPE, learningRate: 1e-3 })).not.toBe(whole);
    expect(readMetrics(path.join(folder, "other", "metrics.jsonl"))).toHaveLength(100);
  });

  test("eight rows are learnt by heart", async () => {
    const model = tinyModel();
    // The first token, which nothing predicts, tells the rows apart; all others count fully.
    const rows = tinyRows(8).map((row, r) => ({
      ...row,
      ids: [r, ...row.ids.slice(1)],
      weights: row.ids.map((_, t) => (t === 0 ? 0 : 1)),
    }));
    const recipe = { seed: 1, batchSize: 8, epochs: 300, learningRate: 0.01, warmupSteps: 10, checkpointEvery: 1000 };
    const { final, steps } = await trainSft({ ...ONE, model, rows, recipe, folder });
    expect(steps).toBe(300);
    expect(final.loss).toBeLessThan(0.01);
    model.dispose();
  });

  test("no tensor outlives a step: their number is the same after 200", () => {
    const model = tinyModel();
    const optimizer = tinyOptimizer(model);
    const batch = makeBatch(tinyRows(4).map((row) => [row]));
    const gradients = new BatchGradients(sftObjective(48), model);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 200; i++) trainStep(gradients, batch, optimizer, 1e-3).dispose();
    expect(tf.memory().numTensors).toBe(before);
    gradients.dispose();
    optimizer.dispose();
    model.dispose();
  });

  test("a loss that is no longer a number names its step", async () => {
    const model = tinyModel();
    const recipe = { seed: 1, batchSize: 4, learningRate: 1e30, warmupSteps: 1 };
    await expect(trainSft({ ...ONE, model, rows: tinyRows(40), recipe, folder })).rejects.toThrow(
      /diverged at step \d+/,
    );
    model.dispose();
  });

  test("rows that do not fit are refused before training", async () => {
    const model = tinyModel();
    const [row] = tinyRows(1);
    const long = { ...row, id: "long", ids: new Array<number>(60).fill(1), weights: new Array<number>(60).fill(1) };
    const foreign = { ...row, id: "foreign", ids: row.ids.map(() => 32) };
    const recipe = { seed: 1 };
    for (const [bad, message] of [
      [[long], /row long: 60 tokens are longer than the model's context of 48/],
      [[foreign], /row foreign: token 32 is outside the vocabulary of 32/],
      [[{ ...row, weights: row.weights.map(() => 0) }], /every loss weight is 0/],
      [[], /no rows/],
    ] as const) {
      const result = trainSft({ ...ONE, model, rows: bad, recipe, folder });
      await expect(result).rejects.toThrow(UserError);
      await expect(result).rejects.toThrow(message);
    }
    model.dispose();
  });

  test("bad rows are dropped and counted where the recipe says so", async () => {
    const model = tinyModel();
    const rows = tinyRows(6);
    const bad = [
      { ...rows[0], ids: new Array<number>(60).fill(1), weights: new Array<number>(60).fill(1) },
      { ...rows[1], weights: rows[1].weights.map(() => 0) },
      { ...rows[2], weights: rows[2].weights.map(() => 0) },
    ];
    const { dropped, steps } = await trainSft({
      ...ONE,
      model,
      rows: [...bad, ...rows.slice(3)],
      recipe: { seed: 1, batchSize: 1, onBadRow: "drop" },
      folder,
    });
    expect(dropped).toEqual({ too_long: 1, empty_mask: 2 });
    expect(steps).toBe(3);
    const none = trainSft({ ...ONE, model, rows: bad, recipe: { seed: 1, onBadRow: "drop" }, folder });
    await expect(none).rejects.toThrow("no rows to train on; dropped: 1 too_long, 2 empty_mask");
    model.dispose();
  });

  test("steps that are not finite are skipped and counted where the recipe says so, and leave the weights alone", async () => {
    const model = tinyModel();
    const recipe = { seed: 1, batchSize: 4, learningRate: 1e38, warmupSteps: 1, onNonFinite: "skip" } as const;
    const { skippedSteps, steps } = await trainSft({ ...ONE, model, rows: tinyRows(40), recipe, folder });
    expect(steps).toBe(10);
    // The step after the warm-up's first, at rate 0, moves the weights so far that every later loss overflows.
    expect(skippedSteps).toBeGreaterThanOrEqual(7);
    expect(readMetrics(path.join(folder, "metrics.jsonl"))).toHaveLength(10 - skippedSteps);
    model.dispose();
  });
});
