import * as path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, readJson, UserError } from "../base/index.ts";
import { bestToken, candidates, checkSampling, drawToken, type Sampling } from "./sampling.ts";

const logits = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, Math.log);
const seed = 1;

/** Ids that may be drawn, best first. */
const kept = (
  values: Float32Array,
  sampling: Partial<Sampling>,
  allowed: readonly number[] | null = null,
): number[] => {
  const { ids, weights } = candidates(values, allowed, { temperature: 1, seed, ...sampling });
  return Array.from(ids)
    .map((id, i) => ({ id, weight: weights[i] }))
    .sort((a, b) => b.weight - a.weight || a.id - b.id)
    .map(({ id }) => id);
};

/** A null filter is not there. */
interface FilterCase {
  readonly logits: readonly number[];
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

describe("filters", () => {
  const five = logits(0.05, 0.4, 0.1, 0.3, 0.15);

  test("top-k keeps the best k, and what equals the last of them", () => {
    expect(kept(five, { topK: 1 })).toEqual([1]);
    expect(kept(five, { topK: 3 })).toEqual([1, 3, 4]);
    expect(kept(five, { topK: 9 })).toEqual([1, 3, 4, 2, 0]);
    expect(kept(logits(0.2, 0.4, 0.2, 0.2), { topK: 2 })).toEqual([1, 0, 2, 3]);
  });

  test("top-p keeps the smallest set that reaches p", () => {
    expect(kept(five, { topP: 0.01 })).toEqual([1]);
    expect(kept(five, { topP: 0.39 })).toEqual([1]);
    expect(kept(five, { topP: 0.41 })).toEqual([1, 3]);
    expect(kept(five, { topP: 0.69 })).toEqual([1, 3]);
    expect(kept(five, { topP: 0.71 })).toEqual([1, 3, 4]);
    expect(kept(five, { topP: 0.94 })).toEqual([1, 3, 4, 2]);
    expect(kept(five, { topP: 0.96 })).toEqual([1, 3, 4, 2, 0]);
    expect(kept(logits(0.25, 0.25, 0.25, 0.25), { topP: 0.5 })).toEqual([0, 1]); // exact in binary: two reach it
  });

  test("temperature comes first, then top-k, then top-p of what is left", () => {
    // At temperature 0.5 the probabilities are 0.16 : 0.09 : 0.0225 : 0.01 : 0.0025, that is 56, 32, 8, 3.5, 0.9 %.
    expect(kept(five, { temperature: 0.5, topP: 0.6 })).toEqual([1, 3]);
    expect(kept(five, { temperature: 0.5, topP: 0.55 })).toEqual([1]);
    // Of the best two, the first has 57 %: enough for 0.5, and alone it would have 40 %.
    expect(kept(five, { topK: 2, topP: 0.5 })).toEqual([1]);
    expect(kept(five, { topP: 0.5 })).toEqual([1, 3]);
  });

  test("a constraint comes before them all", () => {
    expect(kept(five, { topK: 1 }, [0, 2])).toEqual([2]);
    expect(kept(five, { topP: 0.6 }, [4, 2, 0])).toEqual([4, 2]);
    expect(kept(five, {}, [4, 0])).toEqual([4, 0]);
  });

  test("what transformers keeps, with its probabilities", () => {
    const file = path.join(import.meta.dirname, "fixtures", "sampling", "filters.json");
    for (const { logits, temperature, topK, topP, ids, probabilities } of readJson<{ cases: FilterCase[] }>(file)
      .cases) {
      const sampling = { temperature, topK: topK ?? undefined, topP: topP ?? undefined, seed };
      const values = Float32Array.from(logits);
      expect(kept(values, sampling)).toEqual(ids);
      const found = candidates(values, null, sampling);
      const total = found.weights.reduce((a, b) => a + b, 0);
      Array.from(found.ids).forEach((id, i) =>
        expect(Math.abs(found.weights[i] / total - probabilities[ids.indexOf(id)])).toBeLessThan(1e-6),
      );
    }
  });

  test("what they keep does not depend on the order of the allowed tokens", () => {
    const value = fc.integer({ min: -2, max: 2 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (values, topK, topP) => {
          const ids = values.map((_, i) => i);
          const all = kept(Float32Array.from(values), { topK, topP });
          expect(kept(Float32Array.from(values), { topK, topP }, [...ids].reverse())).toEqual(all);
          expect(all[0]).toBe(bestToken(Float32Array.from(values), null));
        },
      ),
    );
  });
});

describe("drawing", () => {
  const values = Float32Array.from([0.3, -1.2, 2.1, 0, 1.4, -0.5, 0.9, 2]);
  const DRAWS = 20_000;

  test.each<[string, Partial<Sampling>, number[] | null]>([
    ["temperature 1", {}, null],
    ["temperature 0.7", { temperature: 0.7 }, null],
    ["top-k 4", { topK: 4 }, null],
    ["top-p 0.8", { topP: 0.8, temperature: 2 }, null],
    ["some allowed", {}, [6, 1, 2]],
  ])("frequencies follow the softmax: %s", (_, options, allowed) => {
    const sampling: Sampling = { temperature: 1, seed, ...options };
    const { ids, weights } = candidates(values, allowed, sampling);
    const total = weights.reduce((a, b) => a + b, 0);
    const random = createRandom(seed, "sample/0");
    const counts = new Map<number, number>();
    for (let i = 0; i < DRAWS; i++) {
      const id = drawToken(values, allowed, sampling, random);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (let i = 0; i < ids.length; i++) {
      // The softmax itself, independent of how the candidates were found.
      const among = Array.from(ids, (id) => Math.exp(values[id] / sampling.temperature));
      const expected = (DRAWS * among[i]) / among.reduce((a, b) => a + b, 0);
      expect(expected / DRAWS).toBeCloseTo(weights[i] / total, 9);
      chiSquare += ((counts.get(ids[i]) ?? 0) - expected) ** 2 / expected;
    }
    expect([...counts.keys()].every((id) => Array.from(ids).includes(id))).toBe(true);
    expect(chiSquare).toBeLessThan(18.5); // the 99 % quantile at 7 degrees of freedom; fewer have lower ones
  });

  test("one number of the stream a token", () => {
    const random = createRandom(seed, "a");
    const other = createRandom(seed, "a");
    for (const sampling of [
      { temperature: 1, seed },
      { temperature: 2, topK: 3, topP: 0.5, seed },
    ])
      for (let i = 0; i < 10; i++) {
        drawToken(values, null, sampling, random);
        other.next();
      }
    expect(random.next()).toBe(other.next());
  });

  test("weights that overflowed are reported", () => {
    const broken = Float32Array.from([NaN, NaN]);
    expect(() => drawToken(broken, null, { temperature: 1, seed }, createRandom(0, "a"))).toThrow(UserError);
  });
});

test("the best token; of equal ones the lower", () => {
  expect(bestToken(Float32Array.from([1, 3, 3, 2]), null)).toBe(1);
  expect(bestToken(Float32Array.from([1, 3, 3, 2]), [3, 2, 1])).toBe(1);
  expect(bestToken(Float32Array.from([1, 3, 3, 2]), [3, 0])).toBe(3);
});

test.each([
  [{ temperature: -0.1 }, "temperature -0.1: a number of 0 or more is expected"],
  [{ temperature: NaN }, "temperature NaN"],
  [{ temperature: Infinity }, "temperature Infinity"],
  [{ topK: 0 }, "topK 0: a whole number of 1 or more is expected"],
  [{ topK: 1.5 }, "topK 1.5"],
  [{ topP: 0 }, "topP 0: a number above 0 and up to 1 is expected"],
  [{ topP: 1.1 }, "topP 1.1"],
])("%o is refused", (bad, message) => {
  expect(() => checkSampling({ temperature: 1, seed, ...bad })).toThrow(UserError);
  expect(() => checkSampling({ temperature: 1, seed, ...bad })).toThrow(message);
});
