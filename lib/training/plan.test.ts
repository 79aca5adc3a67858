import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countSteps, planEpoch, planSteps } from "./plan.ts";

const rowsOf = (lengths: readonly number[]): { count: number; length(index: number): number } => ({
  count: lengths.length,
  length: (index) => lengths[index],
});
const someLengths = fc.array(fc.integer({ min: 2, max: 100 }), { minLength: 1, maxLength: 300 });

describe("planEpoch", () => {
  test("an epoch has every row once, in batches of one size but for the last of a bucket", () => {
    fc.assert(
      fc.property(someLengths, fc.integer({ min: 1, max: 8 }), (lengths, batchSize) => {
        const plan = [...planEpoch(rowsOf(lengths), 0, { batchSize, seed: 1 })];
        expect(plan).toHaveLength(Math.ceil(lengths.length / batchSize));
        expect(plan.flat(2).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        expect(plan.flat().every((line) => line.length === 1)).toBe(true);
      }),
    );
  });

  test("packed, it has every row once, and no line is longer than asked for unless a row alone is", () => {
    fc.assert(
      fc.property(someLengths, fc.integer({ min: 10, max: 120 }), (lengths, packedLength) => {
        const plan = [...planEpoch(rowsOf(lengths), 0, { batchSize: 4, packedLength, seed: 1 })];
        expect(plan.flat(2).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const line of plan.flat()) {
          const places = line.reduce((sum, row) => sum + lengths[row] - 1, 0);
          expect(line.length === 1 || places <= packedLength).toBe(true);
        }
      }),
    );
  });

  test("long rows go into batches of fewer rows, and a row that is longer alone still has its own", () => {
    const lengths = [100, 10, 100, 10, 100, 10, 10, 300];
    const plan = [...planEpoch(rowsOf(lengths), 0, { batchSize: 4, batchTokens: 200, seed: 1 })];
    const sorted = plan.map((lines) => lines.map(([row]) => lengths[row])).sort((a, b) => a[0] - b[0]);
    expect(sorted.map((batch) => batch.join()).sort()).toEqual(["10,10,10,10", "100", "100,100", "300"]);
  });

  test("similar lengths share a batch: little is padding; packing leaves less", () => {
    const lengths = Array.from({ length: 2048 }, (_, i) => 40 + ((i * 7919) % 120));
    const padding = (packedLength?: number): number => {
      const plan = [...planEpoch(rowsOf(lengths), 0, { batchSize: 16, packedLength, seed: 1 })];
      const placesOf = (line: readonly number[]): number => line.reduce((sum, row) => sum + lengths[row] - 1, 0);
      const places = plan.flat().reduce((sum, line) => sum + placesOf(line), 0);
      return plan.reduce((sum, lines) => sum + lines.length * Math.max(...lines.map(placesOf)), 0) / places - 1;
    };
    expect(padding()).toBeLessThan(0.06);
    expect(padding(640)).toBeLessThan(0.03);
  });

  test("the order depends on seed and epoch alone", () => {
    const rows = rowsOf(Array.from({ length: 100 }, (_, i) => 5 + (i % 7)));
    const plan = (seed: number, epoch: number): string =>
      JSON.stringify([...planEpoch(rows, epoch, { batchSize: 4, seed })]);
    expect(plan(1, 0)).toBe(plan(1, 0));
    expect(plan(1, 0)).not.toBe(plan(2, 0));
    expect(plan(1, 0)).not.toBe(plan(1, 1));
  });
});

test("steps gather batches, epoch by epoch, and can be entered anywhere", () => {
  const rows = rowsOf(Array.from({ length: 50 }, (_, i) => 5 + i));
  const recipe = { batchSize: 4, seed: 1, epochs: 2, accumulate: 3 };
  const steps = [...planSteps(rows, recipe)];
  expect(steps.map((batches) => batches.length)).toEqual([3, 3, 3, 3, 1, 3, 3, 3, 3, 1]);
  expect(countSteps(rows, recipe)).toBe(10);
  expect([...planSteps(rows, recipe, 6)]).toEqual(steps.slice(6));
});
