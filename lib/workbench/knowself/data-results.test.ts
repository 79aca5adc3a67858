import { expect, test } from "vitest";
import type { KnowSelfRow, ResultRow } from "../../evaluation/index.ts";
import { generalisation, scalingRows } from "./data-results.ts";

const interval = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const line = (arm: string, value: number, set = "s"): KnowSelfRow => ({
  ...{ set, arm, games: 10, seeds: 2, steps: null, stepsIfWon: null, tokens: null },
  ...{ knowledge: null, reflection: null, refused: null },
  within: { 10: null, 20: interval(value), limit: interval(1) },
});

test("success by the share of the data: none of it is plain gold, all of it is stage 1", () => {
  const rows = [
    ...[line("SFT on gold (all fast)", 0.1), line("KnowSelf, stage 1", 0.5), line("20 %, absolute", 0.2)],
    ...[line("40 %, relative", 0.3), line("40 %, relative", 0.9, "another set"), line("ETO", 0.8)],
  ];
  expect(scalingRows(rows, "s").map(({ share, data, value, n }) => [data, share, value, n])).toEqual([
    ["relative", 0, 0.1, 20],
    ["absolute", 0.2, 0.2, 20],
    ["relative", 0.4, 0.3, 20],
    ["absolute", 1, 0.5, 20],
    ["relative", 1, 0.5, 20],
  ]);
  expect(scalingRows(rows.slice(0, 2), "s")).toEqual([]);
});

test("seen and unseen task types are told apart, and the two trainings paired on the unseen ones", () => {
  const row = (arm: string, taskType: string, task: number, value: number): ResultRow => ({
    ...{ run: "main", arm, seed: 0, taskId: `${taskType}${task}`, taskType, split: "s", source: "t" },
    ...{ metric: "success_20", value },
  });
  const [with_, without] = ["KnowSelf, three task types", "SFT on gold, three task types"];
  const rows = ["pick_and_place_simple", "pick_heat_then_place_in_recep"].flatMap((type, i) =>
    [0, 1, 2].flatMap((task) => [row(with_, type, task, 1), row(without, type, task, i === 0 ? 1 : 0)]),
  );
  const { table, comparisons } = generalisation(rows);
  expect(table.map(({ set, arm, n }) => [set, arm, n])).toEqual([
    ["s: seen types", with_, 3],
    ["s: seen types", without, 3],
    ["s: unseen types", with_, 3],
    ["s: unseen types", without, 3],
  ]);
  expect(table[3]["≤ 20 steps, %"]).toMatch(/^0\.0 /);
  expect(comparisons).toMatchObject([{ set: "s: unseen types", armA: with_, n: 3, onlyA: 3, onlyB: 0, difference: { value: 1 } }]); // prettier-ignore
  expect(generalisation([row("ETO", "x", 0, 1)])).toEqual({ table: [], comparisons: [] });
});
