import * as path from "node:path";
import { expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { learningRateAt } from "./schedule.ts";

/** What transformers 5.23.0's `get_scheduler` gave for 20 steps, 5 of them warm-up, at 0.003; see `schedules.py`. */
const reference = readJson<Record<string, number[]>>(path.join(import.meta.dirname, "fixtures", "schedules.json"));

test.each([
  ["cosine", "cosine", 0],
  ["cosine_with_min_lr", "cosine", 0.05],
  ["linear", "linear", 0],
  ["constant_with_warmup", "constant_with_warmup", 0],
] as const)("%s is that of transformers", (name, schedule, finalShare) => {
  const options = { schedule, finalShare, learningRate: 0.003, warmupSteps: 5 };
  expect(reference[name]).toHaveLength(20);
  reference[name].forEach((rate, step) => expect(learningRateAt(step, 20, options)).toBeCloseTo(rate, 12));
});
