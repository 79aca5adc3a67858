import { describe, expect, test } from "vitest";
import { compareArms } from "./compare-arms.ts";
import { resultRows, type ResultRow } from "./rows.ts";
import { clusterBootstrap } from "./statistics.ts";
import { episode } from "./test-episodes.ts";

const play = (arm: string, seed: number, outcomes: readonly boolean[]): ResultRow[] =>
  resultRows(
    outcomes.map((success, i) => episode({ id: `t${i}`, steps: i + 1, invalid: 0, success })),
    { run: "r", arm, seed },
  );

describe("compareArms", () => {
  test("counts discordant pairs", () => {
    const rows = [...play("a", 0, [true, true, true, false]), ...play("b", 0, [true, false, false, false])];
    const result = compareArms(rows, "a", "b");
    expect(result).toMatchObject({
      armA: "a",
      armB: "b",
      metric: "success",
      n: 4,
      seeds: 1,
      onlyA: 2,
      onlyB: 0,
      p: 0.5,
    });
    expect(result.difference.value).toBe(0.5);
    expect(compareArms(rows, "b", "a").difference.value).toBe(-0.5);
  });

  test("compares other proportions by their own rows", () => {
    const within = (arm: string, values: readonly number[]): ResultRow[] =>
      values.map((value, i) => ({ ...play(arm, 0, [true])[0], taskId: `t${i}`, metric: "success_20", value }));
    const rows = [...play("a", 0, [true]), ...play("b", 0, [false]), ...within("a", [0, 1]), ...within("b", [1, 1])];
    expect(compareArms(rows, "a", "b", "success_20")).toMatchObject({ metric: "success_20", n: 2, onlyA: 0, onlyB: 1 });
  });

  test("one seed's gain is strong evidence for McNemar and none for a test that draws seeds", () => {
    const [won, lost] = [true, false].map((success) => new Array<boolean>(40).fill(success));
    const rows = [
      ...[0, 1, 2].flatMap((seed) => play("a", seed, seed === 0 ? won : lost)),
      ...[0, 1, 2].flatMap((seed) => play("b", seed, lost)),
    ];
    const { p, bootstrapP, difference, seeds } = compareArms(rows, "a", "b");
    expect(seeds).toBe(3);
    expect(p).toBeLessThan(1e-9);
    expect(bootstrapP).toBeGreaterThan(0.2); // 8 of 27 draws of three seeds leave that one out
    expect(difference).toMatchObject({ value: 1 / 3, low: 0, high: 1 });
  });

  test("the interval is that of the cluster bootstrap", () => {
    const rows = [...play("a", 0, [true, false, true, true]), ...play("b", 0, [false, false, true, false])];
    const pairs = [1, 0, 0, 1].map((value, i) => ({ value, taskId: `t${i}`, seed: 0 }));
    expect(compareArms(rows, "a", "b").difference).toEqual(clusterBootstrap(pairs));
  });

  test("unpaired tasks and unknown arms are errors", () => {
    const rows = [...play("a", 0, [true, true]), ...play("b", 0, [true])];
    expect(() => compareArms(rows, "a", "b")).toThrow("t1");
    expect(() => compareArms(rows, "x", "y")).toThrow('cannot pair "x" (0 episodes)');
  });
});
