import { expect, test } from "vitest";
import {
  PLANNER_PUBLISHED,
  plannerRun,
  plannerSeries,
  type GeneralisationRow,
  type ToolChoice,
} from "../evaluation/index.ts";
import {
  generalisationFigure,
  plannerSeriesFigure,
  ratingsFigure,
  stepsTakenFigure,
  stopReasonsFigure,
  toolChoiceFigure,
} from "./planner.ts";

const evaluation = (answer: number, ...tasks: readonly number[]) => ({
  steps: tasks.map((task_rating) => ({ task_rating, tool_rating: 5, result_rating: 3, explanation: "" })),
  final_answer_rating: answer,
  explanation: "",
});

test("plannerSeriesFigure: runs as points, mean and standard error, published series below and told apart", () => {
  const runs = [
    plannerRun([evaluation(5, 5, 1), evaluation(1, 5)]),
    plannerRun([evaluation(5, 5, 5), evaluation(5, 5)]),
  ];
  const ours = [plannerSeries("<fine-tuned>", runs), plannerSeries("silent", [plannerRun([undefined, undefined])])];
  const published = PLANNER_PUBLISHED.filter(({ series, spread }) => series === "gpt-4" && spread === "stderr");
  const { data, layout } = plannerSeriesFigure(ours, published.slice(0, 1));
  expect(data).toMatchObject([
    { name: "a run", x: [0.5, 1, 0], y: [0.22, 0.28, 1.22], showlegend: true },
    { x: [0.75, 0], y: [0, 1], error_x: { array: [0.25, 0] }, customdata: [["&lt;fine-tuned&gt;", 2, 0.25, 0.25], {}] },
    { name: "published ± standard error", x: [0.91], y: [2], error_x: { array: [0.03] } },
    { x: [1 / 3, 0], xaxis: "x2", showlegend: false }, // no step of the silent one was judged
    { x: [1 / 6], y: [0] },
    { x: [0.07] },
    { x: [1, 1, 0], xaxis: "x3" },
    { x: [1, 0] },
    { x: [0.97] },
  ]);
  expect(layout).toMatchObject({
    yaxis: { ticktext: ["&lt;fine-tuned&gt;", "silent", "published: gpt-4"] },
  });
  expect(plannerSeriesFigure(ours).data).toHaveLength(6);
});

test("ratingsFigure: a bar for each series, episodes that were not finished beside the answers", () => {
  const { data, layout } = ratingsFigure([
    { series: "a", evaluation: evaluation(5, 5, 2) },
    { series: "a" },
    { series: "b", evaluation: evaluation(3) },
  ]);
  const trace = (panel: number, part: number) => data[6 * panel + part];
  expect(data).toHaveLength(24);
  expect(trace(0, 1)).toMatchObject({ name: "2", x: [0.5, 0], customdata: [["a", 1, 2], {}], showlegend: true });
  expect(trace(0, 5)).toMatchObject({ name: "not finished", x: [0, 0] });
  expect(trace(3, 4)).toMatchObject({ name: "5", x: [0.5, 0], xaxis: "x4", showlegend: false });
  expect(trace(3, 5)).toMatchObject({ x: [0.5, 0] });
  expect(layout).toMatchObject({ barmode: "stack" });
});

test("stopReasonsFigure and stepsTakenFigure", () => {
  const rows = [
    { series: "a", stop: "final_answer", needs: 1, taken: 2 },
    { series: "a", stop: "final_answer", needs: 1, taken: 5 },
    { series: "a", stop: "step_limit", needs: 3, taken: 10 },
    { series: "b", stop: "unknown_tool", needs: 3, taken: 1 },
  ] as const;
  expect(stopReasonsFigure(rows).data).toMatchObject([
    { name: "final_answer", x: [2 / 3, 0] },
    { name: "step_limit", x: [1 / 3, 0] },
    { name: "unknown_tool", x: [0, 1] },
  ]);
  expect(stepsTakenFigure(rows).data).toMatchObject([
    { name: "a", x: [1, 3], y: [3.5, 10], customdata: [[2, 5, 2], {}] },
    { name: "b", x: [3], y: [1] },
    { name: "none too many", x: [1, 3], y: [2, 4] },
  ]);
});

test("toolChoiceFigure: rows are the teacher's; what is no tool is one column", () => {
  const choice = (teacher: string, planner: string, isSameTask = false): ToolChoice => ({
    ...{ series: "s", request: "1", step: 0, teacher, planner, isSameTask },
  });
  const choices = [choice("b", "b", true), choice("b", "a"), choice("a", "a"), choice("a", "<x>"), choice("a", "y")];
  const { data, layout } = toolChoiceFigure(choices);
  expect(data).toMatchObject([
    {
      x: ["a", "b", "other"],
      y: ["a (3)", "b (2)"],
      z: [
        [1 / 3, 0, 2 / 3],
        [0.5, 0.5, 0],
      ],
      text: [["1", "", "2"], {}],
    },
  ]);
  expect(layout).toMatchObject({
    title: { text: expect.stringContaining("same tool at 40.0 %, same task at 20.0 %") as string },
  });
  expect(toolChoiceFigure([choice("a", "a")]).data).toMatchObject([{ x: ["a"] }]);
  // A planner that never said a plan has no steps.
  expect(toolChoiceFigure([]).layout).toMatchObject({
    title: { text: expect.stringContaining("– of 0 steps") as string },
  });
});

test("generalisationFigure: a panel a set, with its reader; what could not be measured is left out", () => {
  const interval = (value: number) => ({ value, low: value / 2, high: value });
  const row: GeneralisationRow = {
    ...{ set: "HotpotQA", source: "HotpotQA", reader: "scripted", series: "a", type: null, questions: 90, seeds: 2 },
    ...{
      exact: interval(0.1),
      f1: interval(0.2),
      finished: interval(1),
      found: interval(0.4),
      supports: null,
      steps: 3,
    },
  };
  const { data, layout } = generalisationFigure([row, { ...row, set: "facts", seeds: 1, found: null }]);
  expect(data).toMatchObject([
    { name: "exact match", x: [0.1], y: [-0.24], error_x: { arrayminus: [0.05] } },
    { name: "F1", x: [0.2] },
    { x: [0.4] },
    { x: [0.1], xaxis: "x2", showlegend: false },
    { x: [0.2] },
    { x: [] },
  ]);
  expect(layout).toMatchObject({
    annotations: [
      { text: "<b>HotpotQA</b><br>n = 90 × 2 seeds; scripted" },
      { text: expect.stringMatching(/n = 90;/) as string },
      {},
    ],
  });
});
