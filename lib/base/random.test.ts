import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, restoreRandom } from "./random.ts";

const take = (n: number, next: () => number): number[] => Array.from({ length: n }, next);

describe("createRandom", () => {
  it("gives the same numbers for the same seed and name, on every machine", () => {
    const random = createRandom(0, "test");
    expect(take(3, random.next)).toEqual(take(3, createRandom(0, "test").next));
    const pinned = createRandom(7, "pinned");
    expect(take(5, () => pinned.int(1000))).toEqual([553, 934, 861, 987, 988]);
  });

  it("gives independent sequences for other names and seeds", () => {
    const a = take(8, createRandom(0, "a").next);
    expect(take(8, createRandom(0, "b").next)).not.toEqual(a);
    expect(take(8, createRandom(1, "a").next)).not.toEqual(a);
  });

  it("continues from its state", () => {
    const random = createRandom(3, "state");
    take(10, random.next);
    const rest = restoreRandom(JSON.parse(JSON.stringify(random.state())) as number[]);
    expect(take(10, rest.next)).toEqual(take(10, random.next));
  });

  it("stays inside its bounds and shuffles without loss", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, n) => {
        const random = createRandom(seed, "bounds");
        const value = random.int(n);
        const items = Array.from({ length: n % 20 }, (_, i) => i);
        expect(value >= 0 && value < n).toBe(true);
        expect(random.shuffle(items).sort((a, b) => a - b)).toEqual(items);
      }),
    );
  });

  it("draws by weight", () => {
    const random = createRandom(0, "weights");
    const drawn = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) drawn[random.weighted([1, 0, 3])]++;
    expect(drawn[1]).toBe(0);
    expect(drawn[2] / 10_000).toBeCloseTo(0.75, 1);
    expect(() => random.weighted([0, 0])).toThrow("2 weights, none of them positive");
  });

  it("has mean 0 and deviation 1 in its normals", () => {
    const random = createRandom(0, "normal");
    const values = take(20_000, random.normal);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(values.reduce((a, b) => a + b * b, 0) / values.length).toBeCloseTo(1, 1);
  });
});
