import fc from "fast-check";
import { expect, test } from "vitest";
import { permutation } from "./permutation.ts";

const order = (count: number, seed: number | string): number[] => {
  const at = permutation(count, seed, "test");
  return Array.from({ length: count }, (_, place) => at(place));
};

test("every index comes exactly once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (count, seed) => {
      expect(order(count, seed).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }),
    { numRuns: 50 },
  );
});

test("orders of different seeds differ, of equal seeds do not", () => {
  expect(order(100, 1)).not.toEqual(order(100, 2));
  expect(order(100, 1)).toEqual(order(100, 1));
});

test("neighbours are spread: where an index goes says nothing of where the next one goes", () => {
  const count = 20_000;
  const to = order(count, 3);
  // Correlation of place and index, and of neighbouring indices: both near 0 within 4 / sqrt(n).
  const correlation = (a: number[], b: number[]): number => {
    const middle = (count - 1) / 2;
    const sum = a.reduce((total, x, i) => total + (x - middle) * (b[i] - middle), 0);
    return sum / (a.length * (count ** 2 / 12));
  };
  const places = to.map((_, i) => i);
  expect(Math.abs(correlation(places, to))).toBeLessThan(4 / Math.sqrt(count));
  expect(Math.abs(correlation(to.slice(0, -1), to.slice(1)))).toBeLessThan(4 / Math.sqrt(count));
});
