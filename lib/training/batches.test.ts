import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learningRateAt, makeBatch, planBatches } from "./index.ts";

describe("planBatches", () => {
  test("every epoch has every row once, in batches of one size but for the last of a bucket", () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 100 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 8 }), (lengths, batchSize) => {
        const plan = planBatches(lengths, { batchSize, epochs: 2, seed: 1 });
        const steps = Math.ceil(lengths.length / batchSize);
        expect(plan).toHaveLength(2 * steps);
        for (const epoch of [plan.slice(0, steps), plan.slice(steps)])
          expect(epoch.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      }),
    );
  });

  test("long rows go into batches of fewer rows, and a row that is longer alone still has its own", () => {
    const lengths = [100, 10, 100, 10, 100, 10, 10, 300];
    const plan = planBatches(lengths, { batchSize: 4, batchTokens: 200, epochs: 1, seed: 1 });
    expect(
      plan.map((rows) => rows.map((row) => lengths[row]).sort((a, b) => a - b)).sort((a, b) => a[0] - b[0]),
    ).toEqual([[10, 10, 10, 10], [100, 100], [100], [300]].sort((a, b) => a[0] - b[0]));
  });

  test("similar lengths share a batch: little is padding", () => {
    const lengths = Array.from({ length: 2048 }, (_, i) => 40 + ((i * 7919) % 120));
    const plan = planBatches(lengths, { batchSize: 16, epochs: 1, seed: 1 });
    const padded = plan.reduce((sum, rows) => sum + rows.length * Math.max(...rows.map((row) => lengths[row])), 0);
    expect(padded / lengths.reduce((a, b) => a + b, 0)).toBeLessThan(1.06);
    expect(planBatches(lengths, { batchSize: 16, epochs: 1, seed: 1 })).toEqual(plan);
    expect(planBatches(lengths, { batchSize: 16, epochs: 1, seed: 2 })).not.toEqual(plan);
  });
});

test("makeBatch shifts labels by one and pads with weight 0 to a multiple of 8 within the context", () => {
  const rows = [
    { id: "a", ids: [5, 6, 7], weights: [0, 0.5, 1], sources: [0, 0, 0] },
    { id: "b", ids: [8, 9], weights: [0, 1], sources: [0, 0] },
  ];
  expect(makeBatch(rows, 2)).toEqual({
    rows: 2,
    length: 2,
    ids: Int32Array.of(5, 6, 8, 0),
    labels: Int32Array.of(6, 7, 9, 0),
    weights: Float32Array.of(0.5, 1, 1, 0),
    full: Float32Array.of(0, 1, 1, 0),
    tokens: 5,
  });
  const wide = makeBatch(rows);
  expect(wide.length).toBe(8);
  expect(wide.weights).toEqual(Float32Array.of(0.5, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
});

test("the learning rate warms up linearly and falls to its final share", () => {
  const options = { learningRate: 2, warmupSteps: 10, finalShare: 0.05 };
  expect(learningRateAt(0, 1_000_000, options)).toBeCloseTo(0.2, 6);
  expect(learningRateAt(9, 1_000_000, options)).toBeCloseTo(2, 6);
  expect(learningRateAt(500, 1000, options)).toBeCloseTo(2 * (0.5 * 0.95 + 0.05), 6);
  expect(learningRateAt(1000, 1000, options)).toBeCloseTo(0.1, 6);
});
