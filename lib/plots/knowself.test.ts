import { expect, test } from "vitest";
import type { KnowSelfRow, SituationRow } from "../evaluation/index.ts";
import {
  armMeansFigure,
  pairedDifferencesFigure,
  scalingFigure,
  situationsByTypeFigure,
  successAgainstKnowledgeFigure,
  successWithinFigure,
  type SetComparison,
} from "./knowself.ts";

const interval = (value: number): { value: number; low: number; high: number } => ({
  ...{ value, low: value / 2, high: Math.min(1, value * 1.5) },
});
const row = (arm: string, set: string, knowledge: number | null = 0.25): KnowSelfRow => ({
  ...{ arm, set, games: 150, seeds: 3 },
  within: { 10: interval(0.25), 20: interval(0.5), limit: interval(0.625) },
  ...{ steps: 10, stepsIfWon: 8, tokens: null, reflection: null, refused: null },
  knowledge: knowledge === null ? null : interval(knowledge),
});

const onlyLimit = { 10: null, 20: null, limit: { value: 1, low: 0.5, high: 1 } };

test("successWithinFigure: a trace a step limit, a line an arm, a panel a set", () => {
  const table = [row("base", "test"), row("<KnowSelf>", "test"), row("base", "valid")];
  const { data, layout } = successWithinFigure([...table, { ...row("bare", "valid"), within: onlyLimit }], 30);
  expect(data.map((trace) => (trace as { name: string }).name)).toEqual([
    ...["within 10 steps", "within 20 steps", "within 30 steps"],
    ...["within 10 steps", "within 20 steps", "within 30 steps"],
  ]);
  expect(data).toMatchObject([
    { x: [0.25, 0.25], error_x: { array: [0.125, 0.125], arrayminus: [0.125, 0.125] }, xaxis: "x", showlegend: true },
    { x: [0.5, 0.5], y: [0, 1] },
    {
      x: [0.625, 0.625],
      y: [0.24, 1.24],
      customdata: [
        ["base", 0.3125, 0.9375],
        ["&lt;KnowSelf&gt;", 0.3125, 0.9375],
      ],
    },
    { x: [0.25], y: [-0.24], xaxis: "x2", showlegend: false },
    { x: [0.5], y: [0] },
    { x: [0.625, 1], y: [0.24, 2.24] },
  ]);
  expect(layout).toMatchObject({
    yaxis: { ticktext: ["base", "&lt;KnowSelf&gt;", "bare"], range: [2.5, -0.5] },
    annotations: [{ text: "<b>test</b><br>n = 150 × 3 seeds" }, {}, { text: "Success (%, 95 % interval)" }],
  });
});

test("successAgainstKnowledgeFigure: a point an arm, on a root scale that is marked in per cent", () => {
  const table = [row("base", "test", 0), row("KnowSelf", "test"), row("unknown", "test", null)];
  const { data, layout } = successAgainstKnowledgeFigure([...table, row("KnowSelf", "valid")]);
  expect(data).toMatchObject([
    { name: "base", x: [0], y: [0.5], error_x: { array: [0] } },
    { name: "KnowSelf", x: [0.5], y: [0.5], error_y: { array: [0.25], arrayminus: [0.25] }, showlegend: true },
    { name: "KnowSelf", xaxis: "x2", showlegend: false },
  ]);
  const { xaxis } = layout as { xaxis: { tickvals: number[]; ticktext: string[]; range: number[] } };
  expect(xaxis.tickvals.map((place, i) => `${Math.round(100 * place ** 2)}%` === xaxis.ticktext[i])).not.toContain(
    false,
  );
  expect(xaxis.range[1]).toBeCloseTo(1.05 * Math.sqrt(0.375), 12);
});

test("more arms than colours: no two look the same", () => {
  const { data } = successAgainstKnowledgeFigure(Array.from({ length: 12 }, (_, i) => row(`arm ${i}`, "test")));
  const looks = data.map((trace) => {
    const { color, symbol } = (trace as { marker: { color: string; symbol: string } }).marker;
    return `${color} ${symbol}`;
  });
  expect(new Set(looks).size).toBe(12);
});

test("situationsByTypeFigure: knowledge and reflection in a panel each, as wide as their own values", () => {
  const rate = (arm: string, metric: SituationRow["metric"], value: number): SituationRow => ({
    ...{ arm, split: "test", taskType: "pick_two_obj_and_place", metric, n: 20, ...interval(value) },
  });
  const { data, layout } = situationsByTypeFigure([
    rate("KnowSelf", "knowledge_rate", 0.2),
    rate("base", "knowledge_rate", 0),
    rate("KnowSelf", "reflection_rate", 0.01),
    rate("KnowSelf", "invalid_rate", 0.9),
  ]);
  expect(data).toMatchObject([
    { name: "KnowSelf", x: [0.2], y: [-0.3], xaxis: "x", showlegend: true },
    { name: "base", x: [0], y: [0.3] },
    { name: "KnowSelf", x: [0.01], xaxis: "x2", showlegend: false },
    { name: "base", x: [] },
  ]);
  const { xaxis, xaxis2, yaxis } = layout as Record<
    "xaxis" | "xaxis2" | "yaxis",
    { range: number[]; ticktext: string[] }
  >;
  expect(xaxis.range[1]).toBeCloseTo(1.05 * 0.3, 12);
  expect(xaxis2.range[1]).toBeCloseTo(1.05 * 0.05, 12); // a rate near 0 is not blown up
  expect(yaxis.ticktext).toEqual(["put two"]);
});

test("armMeansFigure: a point an arm, a panel a set", () => {
  const rows = [row("ReAct", "shop"), row("<ExpeL>", "shop")].map((each) => ({ ...each, ...interval(0.5) }));
  const { data, layout } = armMeansFigure(rows, { title: "Rewards", measure: "Reward" });
  expect(data).toMatchObject([
    {
      x: [0.5, 0.5],
      y: [0, 1],
      error_x: { array: [0.25, 0.25] },
      customdata: [
        ["ReAct", 0.25, 0.75],
        ["&lt;ExpeL&gt;", 0.25, 0.75],
      ],
    },
  ]);
  expect(layout).toMatchObject({ annotations: [{ text: "<b>shop</b><br>n = 150 × 3 seeds" }, {}], showlegend: false });
});

test("pairedDifferencesFigure: difference, interval and both p values of each arm", () => {
  const comparison: SetComparison = {
    ...{ set: "test", armA: "base", armB: "KnowSelf", metric: "success_20", n: 450, seeds: 3, onlyA: 5, onlyB: 50 },
    ...{ difference: { value: -0.1, low: -0.15, high: -0.05 }, p: 1e-9, bootstrapP: 0.0125 },
  };
  const { data, layout } = pairedDifferencesFigure([comparison], "Against KnowSelf");
  expect(data).toMatchObject([
    { x: [0, 0], mode: "lines" },
    { x: [-0.1], y: [0], error_x: { symmetric: false }, customdata: [["base", -0.15, -0.05, 5, 50, 450]] },
    { mode: "text", text: ["McNemar", "&lt; 0.001"] },
    { mode: "text", text: ["bootstrap", "0.013"] },
  ]);
  const [, , { x: mcNemar }, { x: bootstrap }] = data as { x: number[] }[];
  expect(bootstrap[0]).toBeGreaterThan(mcNemar[0]);
  expect(mcNemar[0]).toBeGreaterThan(0); // right of every interval and of no difference
  expect(layout).toMatchObject({
    annotations: [{ text: "<b>test</b><br>n = 450 pairs, 3 seeds" }, {}],
    showlegend: false,
  });
});

test("scalingFigure: one line a way to take a share, in order, over a band", () => {
  const point = (share: number, data: "absolute" | "relative") => ({ share, data, n: 150, ...interval(share / 2) });
  const { data } = scalingFigure([point(1, "absolute"), point(0.5, "absolute"), point(1, "relative")]);
  expect(data).toMatchObject([
    { x: [0.5, 1, 1, 0.5], fill: "toself", showlegend: false },
    { x: [0.5, 1], y: [0.25, 0.5], name: "absolute: that share alone" },
    { x: [1, 1] },
    { x: [1], name: "relative: filled up with plain gold" },
  ]);
});
