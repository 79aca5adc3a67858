import { expect, test } from "vitest";
import { actionRates, formatKnowSelfTable, knowSelfTable } from "./knowself-table.ts";
import { resultRows, type Metric, type ResultRow } from "./rows.ts";
import { wilson } from "./statistics.ts";
import { episode } from "./test-episodes.ts";

const key = { run: "r", arm: "KnowSelf", seed: 0 };
const long = episode({ id: "a", steps: 30, invalid: 3, success: true });
const short = episode({ id: "b", type: "pick_two_obj_and_place", steps: 10, invalid: 0, success: true });
const add = (taskId: string, metric: Metric, value: number): ResultRow => ({
  ...{ ...key, taskId, metric, value, split: "test", source: "generated" },
  taskType: taskId === "a" ? long.task.type : short.task.type,
});
const rows = [
  ...resultRows([long, short], { ...key, countTokens: ({ steps }) => 10 * steps }),
  ...[add("a", "success_10", 0), add("b", "success_10", 1), add("a", "success_20", 0), add("b", "success_20", 1)],
  ...[add("a", "knowledge_rate", 0.1), add("b", "knowledge_rate", 0.5), add("a", "reflection_rate", 0)],
];

test("rates of actions are over all actions of all games, as Know% is defined", () => {
  const [line] = knowSelfTable(rows);
  expect(line).toMatchObject({
    set: "test",
    arm: "KnowSelf",
    games: 2,
    seeds: 1,
    steps: 20,
    stepsIfWon: 20,
    tokens: 200,
  });
  expect(line.within).toEqual({ 10: wilson(1, 2), 20: wilson(1, 2), limit: wilson(2, 2) });
  expect(line.knowledge).toEqual({ value: 8 / 40, low: 0.1, high: 0.5 }); // 3 of 30 and 5 of 10 actions
  expect(line.refused?.value).toBeCloseTo(3 / 40, 12);
  expect(line.reflection).toEqual({ value: 0, low: 0, high: 0 });
});

test("by task type; nothing is mixed between arms and sets", () => {
  const other = rows.map((row) => ({ ...row, arm: "base", value: row.metric === "knowledge_rate" ? 0 : row.value }));
  const byType = actionRates([...rows, ...other], true).filter(({ metric }) => metric === "knowledge_rate");
  expect(byType.map(({ arm, taskType, value, n }) => [arm, taskType, value, n])).toEqual([
    ["KnowSelf", "pick_and_place_simple", 0.1, 1],
    ["KnowSelf", "pick_two_obj_and_place", 0.5, 1],
    ["base", "pick_and_place_simple", 0, 1],
    ["base", "pick_two_obj_and_place", 0, 1],
  ]);
  const valid = rows.map((row) => ({ ...row, split: "valid" }));
  expect(knowSelfTable([...rows, ...other, ...valid]).map(({ set, arm }) => `${set}, ${arm}`)).toEqual([
    "test, KnowSelf",
    "test, base",
    "valid, KnowSelf",
  ]);
});

test("in words; what was not measured is a dash", () => {
  const seeds = rows.flatMap((row) => [row, { ...row, seed: 1 }]);
  expect(formatKnowSelfTable(knowSelfTable(seeds))).toEqual([
    {
      ...{ games: "test", player: "KnowSelf", n: "2 × 2 seeds" },
      "≤ 10 steps, %": "50.0 (0.0–100.0)",
      "≤ 20 steps, %": "50.0 (0.0–100.0)",
      "≤ 40 steps, %": "100.0 (34.2–100.0)",
      ...{
        steps: "20.0",
        "Know%": "20.0",
        "Reflect%": "0.0",
        "refused %": "7.5",
        tokens: "200",
      },
    },
  ]);
  const bare = resultRows([episode({ id: "a", steps: 3 })], key);
  expect(formatKnowSelfTable(knowSelfTable(bare), 20)[0]).toMatchObject({
    "≤ 10 steps, %": "–",
    "≤ 20 steps, %": "0.0 (0.0–79.3)",
    ...{ "Know%": "–", tokens: "–" },
  });
});
