import { describe, expect, test } from "vitest";
import type { Trajectory } from "../trajectory/index.ts";
import { resultRows, summarise, type ResultRow } from "./rows.ts";
import { wilson } from "./statistics.ts";
import { episode } from "./test-episodes.ts";

const options = { run: "r", arm: "student", seed: 0 };

describe("resultRows", () => {
  test("one row a metric; steps_if_won only for won episodes", () => {
    const won = episode({ id: "a", steps: 4, invalid: 1, success: true });
    const lost = episode({ id: "b", steps: 40, invalid: 10, success: false });
    const keys = { run: "r", arm: "student", seed: 0, taskType: "pick_and_place_simple", split: "test" };
    const of = (taskId: string, metric: string, value: number): object => ({
      ...keys,
      source: "generated",
      taskId,
      metric,
      value,
    });
    expect(resultRows([won, lost], { ...options, countTokens: (t) => t.turns.length })).toEqual([
      of("a", "success", 1),
      of("a", "steps", 4),
      of("a", "steps_if_won", 4),
      of("a", "invalid", 1),
      of("a", "invalid_rate", 0.25),
      of("a", "tokens", won.turns.length),
      of("b", "success", 0),
      of("b", "steps", 40),
      of("b", "invalid", 10),
      of("b", "invalid_rate", 0.25),
      of("b", "tokens", lost.turns.length),
    ]);
  });

  test("an episode without a step has no invalid rate and no tokens without a counter", () => {
    const rows = resultRows([episode({ id: "a", steps: 0, invalid: 0, success: false })], options);
    expect(rows.map((row) => row.metric)).toEqual(["success", "steps", "invalid"]);
  });
});

const play = (arm: string, seed: number, outcomes: readonly boolean[]): ResultRow[] =>
  resultRows(
    outcomes.map((success, i): Trajectory => episode({ id: `t${i}`, steps: i + 1, invalid: 0, success })),
    { run: "r", arm, seed },
  );

describe("summarise", () => {
  test("one seed: Wilson for success, bootstrap for means, in order of appearance", () => {
    const rows = [...play("b", 0, [true, false, true, true]), ...play("a", 0, [false, false, false, true])];
    const table = summarise(rows, ["arm"]);
    expect(table.filter((row) => row.metric === "success")).toEqual([
      { arm: "b", metric: "success", n: 4, tasks: 4, seeds: 1, interval: "wilson", ...wilson(3, 4) },
      { arm: "a", metric: "success", n: 4, tasks: 4, seeds: 1, interval: "wilson", ...wilson(1, 4) },
    ]);
    const steps = table.find((row) => row.arm === "b" && row.metric === "steps_if_won")!;
    expect(steps).toMatchObject({ n: 3, interval: "bootstrap", value: 8 / 3 });
    expect(steps.low).toBeGreaterThanOrEqual(1);
    expect(steps.high).toBeLessThanOrEqual(4);
  });

  test("several seeds: the interval covers seeds too", () => {
    const all = [true, true, true, true, true, true, true, true];
    const none = all.map(() => false);
    const [differing] = summarise([...play("a", 0, all), ...play("a", 1, none)], ["arm"]);
    expect(differing).toMatchObject({ n: 16, tasks: 8, seeds: 2, value: 0.5, low: 0, high: 1, interval: "bootstrap" });
    const [perfect] = summarise([...play("a", 0, all), ...play("a", 1, all)], ["arm"]);
    expect(perfect).toMatchObject({ n: 16, interval: "wilson", ...wilson(8, 8) });
    const [hopeless] = summarise([...play("a", 0, none), ...play("a", 1, none)], ["arm"]);
    expect(hopeless).toMatchObject({ n: 16, interval: "wilson", ...wilson(0, 8) });
  });

  test("nothing in, nothing out", () => {
    expect(summarise([], ["arm"])).toEqual([]);
  });
});
