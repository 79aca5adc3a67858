import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Interrupted, sha256File, UserError } from "../base/index.ts";
import { Llama, selectEngine, tf } from "../model/index.ts";
import { tinyModel, tinyOptimizer, tinyRows } from "./fixtures/tiny.ts";
import { RECIPE, trainTiny } from "./fixtures/train-child.ts";
import { makeBatch, readMetrics, sftStep, trainSft } from "./index.ts";

let folder: string;
beforeAll(() => {
  selectEngine("auto");
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-sft-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const hashes = (name: string): Record<string, string> =>
  Object.fromEntries(
    ["model.safetensors", "snapshots/300/model.safetensors", "snapshots/2000/model.safetensors"].map((file) => [
      file,
      sha256File(path.join(folder, name, file)),
    ]),
  );

/** Metrics without the timing, which is the only thing that may differ. */
const figures = (name: string): unknown[] =>
  readMetrics(path.join(folder, name, "metrics.jsonl")).map(({ tokensPerSecond: _, ...rest }) => rest);

describe("trainSft", () => {
  test("the same call twice gives the same bytes, and files that load", async () => {
    await trainTiny(path.join(folder, "a"));
    await trainTiny(path.join(folder, "b"));
    expect(hashes("b")).toEqual(hashes("a"));
    expect(figures("b")).toEqual(figures("a"));
    expect(figures("a")).toHaveLength(100);
    const model = Llama.load(path.join(folder, "a", "snapshots", "2000"));
    expect(model.config.vocab_size).toBe(32);
    model.dispose();
  });

  test("a run killed at any moment goes on to the same weights, bit for bit", async () => {
    await trainTiny(path.join(folder, "whole"));
    for (const killAt of [10, 40, 80]) await trainAndKill(path.join(folder, "killed"), killAt);
    await trainTiny(path.join(folder, "killed"));
    expect(hashes("killed")).toEqual(hashes("whole"));
    expect(figures("killed")).toEqual(figures("whole"));
  });

  test("an aborted run saves, throws Interrupted and goes on to the same weights", async () => {
    await trainTiny(path.join(folder, "whole"));
    const controller = new AbortController();
    const aborted = trainTiny(path.join(folder, "aborted"), controller.signal, (step) => {
      if (step >= 30) controller.abort();
    });
    await expect(aborted).rejects.toThrow(Interrupted);
    expect(fs.readdirSync(path.join(folder, "aborted", "checkpoints"))).toEqual(["step-00000030"]);
    await trainTiny(path.join(folder, "aborted"));
    expect(hashes("aborted")).toEqual(hashes("whole"));
  });

  test("a damaged checkpoint and one of another recipe are passed over", async () => {
    await trainTiny(path.join(folder, "whole"));
    const checkpoint = path.join(folder, "other", "checkpoints", "step-00000100");
    fs.cpSync(path.join(folder, "whole"), path.join(folder, "other"), { recursive: true });
    fs.truncateSync(path.join(checkpoint, "state.safetensors"), 1000);
    await trainTiny(path.join(folder, "other"));
    expect(hashes("other")).toEqual(hashes("whole"));

    const model = tinyModel();
    const recipe = { ...RECIPE, learningRate: 1e-3 };
    await trainSft({ model, rows: tinyRows(40), recipe, folder: path.join(folder, "other") });
    expect(figures("other")).toHaveLength(100);
    expect(hashes("other")).not.toEqual(hashes("whole"));
    model.dispose();
  });

  test("a tiny batch is learnt by heart", async () => {
    const model = tinyModel();
    const recipe = { seed: 1, batchSize: 4, epochs: 250, learningRate: 1e-2, warmupSteps: 10, checkpointEvery: 1000 };
    const { loss, actionLoss, steps } = await trainSft({ model, rows: tinyRows(4), recipe, folder });
    expect(steps).toBe(250);
    expect(actionLoss).toBeLessThan(0.05);
    expect(loss).toBeLessThan(0.2);
    model.dispose();
  });

  test("no tensor outlives a step", () => {
    const model = tinyModel();
    const optimizer = tinyOptimizer(model);
    const batch = makeBatch(tinyRows(4));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) sftStep(model, batch, optimizer, 1e-3).dispose();
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    model.dispose();
  });

  test("a loss that is no longer a number names its step", async () => {
    const model = tinyModel();
    const recipe = { seed: 1, batchSize: 4, learningRate: 1e30, warmupSteps: 1 };
    await expect(trainSft({ model, rows: tinyRows(40), recipe, folder })).rejects.toThrow(/diverged at step \d+/);
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
      const result = trainSft({ model, rows: bad, recipe, folder });
      await expect(result).rejects.toThrow(UserError);
      await expect(result).rejects.toThrow(message);
    }
    model.dispose();
  });
});

/** Trains in a child process that ends itself with SIGKILL once it has passed step `killAt`. */
async function trainAndKill(target: string, killAt: number): Promise<void> {
  const script = path.join(import.meta.dirname, "fixtures", "train-child.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, target, String(killAt)], { stdio: "inherit" });
  const end = await new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
  expect(end).toEqual([null, "SIGKILL"]);
}
