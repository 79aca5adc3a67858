/** A run that is killed, wherever and however often, ends with the weights of one that never was. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createRandom, Interrupted, sha256File } from "../base/index.ts";
import { selectEngine } from "../model/index.ts";
import { trainTiny } from "./fixtures/train-child.ts";
import { readMetrics } from "./index.ts";

let folder: string;
beforeAll(() => {
  selectEngine("auto");
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-resume-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const WEIGHTS = ["model.safetensors", "snapshots/300/model.safetensors", "snapshots/2000/model.safetensors"];

/** Hashes of all saved weights, and the metrics without the timing, which is the only thing that may differ. */
function resultOf(name: string): unknown {
  const file = (part: string): string => path.join(folder, name, part);
  const metrics = readMetrics(file("metrics.jsonl")).map(({ tokensPerSecond: _, ...rest }) => rest);
  return { weights: WEIGHTS.map((part) => sha256File(file(part))), metrics };
}

describe.each([
  ["sft", 6],
  ["preference", 2],
] as const)("%s", (kind, rounds) => {
  const child = (name: string, ...how: string[]): ReturnType<typeof spawn> => {
    const script = path.join(import.meta.dirname, "fixtures", "train-child.ts");
    const args = ["--import", "tsx", script, path.join(folder, name), kind, ...how];
    return spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
  };
  const ended = (process: ReturnType<typeof spawn>): Promise<unknown> =>
    new Promise((resolve) => process.on("close", (_, signal) => resolve(signal)));

  test(`killed ${2 * rounds} times at random moments and ${2 * rounds} times inside a checkpoint's file operations`, async () => {
    await trainTiny(path.join(folder, "whole"), { kind });
    const random = createRandom(5, `test/kills/${kind}`);
    const log = path.join(folder, "killed", "metrics.jsonl");
    const signals: unknown[] = [];
    for (let round = 0; round < rounds; round++) {
      // By a step, wherever the run stands; then by the clock, from its first figures on; then inside a file operation.
      const step = readMetrics(log).at(-1)?.step ?? 0;
      signals.push(await ended(child("killed", "step", String(step + 1 + random.int(12)))));
      const before = readMetrics(log).length;
      const timed = child("killed", "never", "0");
      const end = ended(timed);
      while (timed.exitCode === null && readMetrics(log).length <= before) await sleep(2);
      await sleep(random.int(60));
      timed.kill("SIGKILL");
      signals.push(await end);
      for (let k = 0; k < 2; k++) signals.push(await ended(child("killed", "file", String(1 + random.int(30)))));
    }
    expect(signals).toEqual(new Array(4 * rounds).fill("SIGKILL"));
    await trainTiny(path.join(folder, "killed"), { kind });
    expect(resultOf("killed")).toEqual(resultOf("whole"));
  }, 400_000);

  test("aborted, it saves, throws Interrupted and goes on", async () => {
    await trainTiny(path.join(folder, "whole"), { kind });
    const controller = new AbortController();
    const onStep = (step: number): void => {
      if (step >= 30) controller.abort();
    };
    const aborted = trainTiny(path.join(folder, "aborted"), { kind, signal: controller.signal, onStep });
    await expect(aborted).rejects.toThrow(Interrupted);
    expect(fs.readdirSync(path.join(folder, "aborted", "checkpoints"))).toEqual(["step-00000030"]);
    await trainTiny(path.join(folder, "aborted"), { kind });
    expect(resultOf("aborted")).toEqual(resultOf("whole"));
  });
});
