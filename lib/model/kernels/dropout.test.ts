import { describe, expect, test } from "vitest";
import { createRandom } from "../../base/index.ts";
import { selectEngine, tf, type EngineKind } from "../tensorflow.ts";
import { dropoutMask } from "./index.ts";

const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines)("dropout on %s", (engine) => {
  const maskOf = (rate: number, seed: number): number[] => {
    selectEngine(engine);
    return tf.tidy(() => [...dropoutMask([200, 50], rate, createRandom(seed, "test")).dataSync()]);
  };

  test.each([0.1, 0.25, 0.5])("rate %d: so many are dropped, and the others keep the mean at 1", (rate) => {
    const mask = maskOf(rate, 1);
    expect([...new Set(mask)].sort()).toEqual([0, Math.fround(1 / (1 - rate))]);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    expect(Math.abs(dropped - rate)).toBeLessThan(0.02); // four standard deviations
  });

  test("the seed decides the mask", () => {
    expect(maskOf(0.5, 1)).toEqual(maskOf(0.5, 1));
    const other = maskOf(0.5, 2);
    const equal = maskOf(0.5, 1).filter((value, i) => value === other[i]).length / other.length;
    expect(Math.abs(equal - 0.5)).toBeLessThan(0.02);
  });

  test("nothing is left behind", () => {
    const before = tf.memory().numTensors;
    maskOf(0.5, 1);
    expect(tf.memory().numTensors).toBe(before);
  });
});
