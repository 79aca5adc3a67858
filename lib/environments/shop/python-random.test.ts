import { describe, expect, it } from "vitest";
import { pythonShuffle } from "./python-random.ts";

const order = (length: number, seed: number): number[] =>
  pythonShuffle(
    Array.from({ length }, (_, index) => index),
    seed,
  );

describe("pythonShuffle", () => {
  it("gives the order of CPython 3.11's random.shuffle", () => {
    expect(order(10, 0)).toEqual([7, 8, 1, 5, 3, 4, 2, 0, 9, 6]);
    expect(order(5, 233)).toEqual([2, 0, 3, 4, 1]);
    expect(order(700, 233).slice(0, 12)).toEqual([34, 386, 221, 82, 351, 361, 567, 17, 586, 659, 382, 112]);
    // Uses more numbers than one round of the twister makes.
    const long = order(6173, 233);
    expect(long.slice(0, 5)).toEqual([4581, 3249, 1156, 2293, 5829]);
    expect(long.reduce((sum, value, index) => sum + index * value, 0) % 1_000_003).toBe(868092);
  });

  it("leaves short lists and the given one alone", () => {
    expect(order(0, 1)).toEqual([]);
    expect(order(1, 1)).toEqual([0]);
    const items = Object.freeze([1, 2, 3]);
    expect(pythonShuffle(items, 5)).toHaveLength(3);
  });
});
