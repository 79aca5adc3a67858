import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { writeJson, type ProgressUpdate } from "../../base/index.ts";
import { temporaryFolder } from "./fixtures/tiny-jobs.ts";
import { JobWatch } from "./job-watch.ts";
import type { DeepSpeedJob } from "./job.ts";

const jobIn = (folder: string): DeepSpeedJob => ({ folder, steps: 4, tokens: 100 }) as DeepSpeedJob;
const line = (step: number): string => JSON.stringify({ step, loss: 1 / step }) + "\n";

it("passes on whole lines once, also where a continued job writes steps again", () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "metrics.jsonl");
  const seen: number[] = [];
  const watch = new JobWatch(jobIn(folder), { onMetrics: (rows) => seen.push(...rows.map(({ step }) => step)) });
  watch.look(); // nothing is there yet
  fs.writeFileSync(file, line(1) + line(2).slice(0, 9));
  watch.look();
  expect(seen).toEqual([1]);
  fs.appendFileSync(file, line(2).slice(9) + JSON.stringify({ step: 3, skipped: true }) + "\n");
  watch.look();
  // Continued from step 1, and between two looks grown longer than the old file was.
  fs.writeFileSync(`${file}.tmp`, line(1) + line(2) + JSON.stringify({ step: 3, skipped: true }) + "\n" + line(4));
  fs.renameSync(`${file}.tmp`, file);
  watch.look();
  expect(seen).toEqual([1, 2, 4]);
  expect(watch.step).toBe(4);
});

it("counts progress in tokens, and tells other work beside it", () => {
  const folder = temporaryFolder();
  const updates: ProgressUpdate[] = [];
  const watch = new JobWatch(jobIn(folder), { onProgress: (update) => updates.push(update) });
  const progress = (phase: string, done: number, total: number, note = ""): void => {
    writeJson(path.join(folder, "progress.json"), { phase, done, total, note });
    watch.look();
    watch.look(); // not passed on twice
  };
  progress("reference model", 2, 5);
  progress("training", 1, 4, "actionLoss 2.0");
  expect(updates).toEqual([
    { done: 0, total: 100, note: "reference model 2/5" },
    { done: 25, total: 100, note: "step 1 · actionLoss 2.0" },
  ]);
});
