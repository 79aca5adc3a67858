import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clusterBootstrap,
  mcnemarExact,
  pairedBootstrap,
  quantile,
  summariseSample,
  wilson,
  type ClusteredValue,
} from "./statistics.ts";

describe("wilson", () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i as published", (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval.value).toBe(successes / n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  const counts = fc
    .integer({ min: 1, max: 5000 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

  test("0 ≤ low ≤ p ≤ high ≤ 1, and failures mirror successes", () => {
    fc.assert(
      fc.property(counts, ([successes, n]) => {
        const { value, low, high } = wilson(successes, n);
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
        const mirrored = wilson(n - successes, n);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
        expect(mirrored.high).toBeCloseTo(1 - low, 12);
      }),
    );
  });

  test("narrower with more tasks at the same rate", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 9 }), ([successes, n], times) => {
        const few = wilson(successes, n);
        const many = wilson(successes * times, n * times);
        expect(many.high - many.low).toBeLessThan(few.high - few.low);
      }),
    );
  });

  test.each([
    [1, 0],
    [-1, 3],
    [4, 3],
    [Number.NaN, 3],
  ])("refuses %d of %d", (successes, n) => {
    expect(() => wilson(successes, n)).toThrow(`${successes} successes in ${n}`);
  });
});

describe("summariseSample", () => {
  test("ddof 1", () => {
    const summary = summariseSample([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(summary).toMatchObject({ n: 8, mean: 5 });
    expect(summary.sd).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(summary.standardError).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });
  test("one value has no spread, none is an error", () => {
    expect(summariseSample([3])).toEqual({ n: 1, mean: 3, sd: null, standardError: null });
    expect(() => summariseSample([])).toThrow("empty");
  });
});

test("quantile interpolates as numpy.quantile does", () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile([1, 2, 4, 8], p))).toEqual([1, 1.75, 3, 5, 8]);
});

describe("mcnemarExact", () => {
  test.each([
    [0, 0, 1],
    [3, 3, 1],
    [0, 5, 2 / 32],
    [1, 9, 22 / 1024],
    [15, 5, 43400 / 2 ** 20], // 2 · (1 + 20 + 190 + 1140 + 4845 + 15504) / 2^20
  ])("%i against %i", (a, b, p) => {
    expect(mcnemarExact(a, b)).toBeCloseTo(p, 14);
    expect(mcnemarExact(b, a)).toBe(mcnemarExact(a, b));
  });
  test("does not underflow with thousands of pairs", () => {
    expect(mcnemarExact(1000, 1000)).toBe(1);
    // z = 100 / sqrt(2100), continuity-corrected normal tail: 0.0307
    expect(mcnemarExact(1000, 1100)).toBeCloseTo(0.0307, 3);
  });
});

describe("clusterBootstrap", () => {
  const grid = (values: number[][]): ClusteredValue[] =>
    values.flatMap((row, seed) => row.map((value, task) => ({ value, taskId: `t${task}`, seed })));

  test("is deterministic under a seed and differs under another", () => {
    const rows = grid([Array.from({ length: 37 }, (_, i) => (i * 7919) % 31)]);
    expect(clusterBootstrap(rows, 1)).toEqual(clusterBootstrap(rows, 1));
    expect(clusterBootstrap(rows, 2)).not.toEqual(clusterBootstrap(rows, 1));
  });

  test("covers the mean and stays within the values' range", () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, (list) => {
        const { value, low, high } = clusterBootstrap(grid([list]), 0, 100);
        expect(low <= value && value <= high).toBe(true);
        expect(low).toBeGreaterThanOrEqual(Math.min(...list) - 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...list) + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  test("one seed: close to the normal interval of the mean", () => {
    const list = Array.from({ length: 400 }, (_, i) => i % 2);
    const { low, high } = clusterBootstrap(grid([list]), 0, 4000);
    expect(low).toBeCloseTo(0.5 - 1.96 * 0.025, 2);
    expect(high).toBeCloseTo(0.5 + 1.96 * 0.025, 2);
  });

  test("seeds that differ widen the interval; copied seeds do not narrow it", () => {
    const list = Array.from({ length: 100 }, (_, i) => i % 2);
    const width = (rows: ClusteredValue[]): number => {
      const { low, high } = clusterBootstrap(rows, 3);
      return high - low;
    };
    const one = width(grid([list]));
    const copied = width(grid([list, list, list]));
    const differing = width(grid([list, list.map(() => 1), list.map(() => 0)]));
    expect(copied).toBeGreaterThan(0.9 * one);
    expect(differing).toBeGreaterThan(2 * one);
  });
});

describe("weights", () => {
  const values = [
    { value: 0.5, weight: 10, taskId: "a", seed: 0 },
    { value: 0, weight: 30, taskId: "b", seed: 0 },
  ];
  test("a mean of rates weighs them by what they are rates of", () => {
    const { value, low, high } = clusterBootstrap(values);
    expect(value).toBe(5 / 40);
    expect([low, high]).toEqual([0, 0.5]);
    expect(clusterBootstrap(values.map((row) => ({ ...row, weight: 1 })))).toEqual(
      clusterBootstrap(values.map(({ value, taskId, seed }) => ({ value, taskId, seed }))),
    );
  });
  test("nothing to weigh is an error", () => {
    expect(() => clusterBootstrap([{ value: 1, weight: 0, taskId: "a", seed: 0 }])).toThrow("weigh 0");
    expect(() => clusterBootstrap([])).toThrow("0 values");
  });
});

describe("pairedBootstrap", () => {
  const differences = (list: readonly number[]): ClusteredValue[] =>
    list.map((value, i) => ({ value, taskId: `t${i}`, seed: 0 }));

  test("no difference at all: 1; always the same sign: the least that so many resamples can say", () => {
    expect(pairedBootstrap(differences([0, 0, 0]))).toEqual({ value: 0, low: 0, high: 0, p: 1 });
    expect(pairedBootstrap(differences([1, 1, 1]), 0, 999)).toEqual({ value: 1, low: 1, high: 1, p: 2 / 1000 });
  });

  test("agrees with the normal test of many differences, and both ways round", () => {
    // 70 up and 40 down of 400: the sum is 30, its variance 110 - 400 (30 / 400)²; with continuity z = 29.5 / 10.38
    const list = Array.from({ length: 400 }, (_, i) => (i < 70 ? 1 : i < 110 ? -1 : 0));
    const { p, low } = pairedBootstrap(differences(list), 1, 20_000);
    expect(Math.abs(p - 0.0045)).toBeLessThan(0.0015);
    expect(low).toBeGreaterThan(0);
    expect(pairedBootstrap(differences(list.map((value) => -value)), 1, 20_000).p).toBe(p);
  });
});
