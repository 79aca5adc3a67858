import { expect, test } from "vitest";
import type { FailureRow, ResultRow } from "../evaluation/index.ts";
import {
  failureFigure,
  invalidRateFigure,
  learningCurveFigure,
  stepsCdfFigure,
  successBySplitFigure,
  successByTypeFigure,
} from "./results.ts";

const estimate = { value: 0.5, low: 0.25, high: 0.875, n: 10 };

test("successByTypeFigure: one trace an arm, beside each other, with asymmetric bars", () => {
  const put = "pick_and_place_simple";
  const { data, layout } = successByTypeFigure([
    { arm: "student", taskType: put, ...estimate },
    { arm: "student", taskType: "made up", ...estimate, n: 1234 },
    { arm: "teacher", taskType: put, ...estimate, value: 1, high: 1, n: 20 },
  ]);
  const [left, right] = [-0.3, 0.3];
  expect(data).toMatchObject([
    {
      name: "student",
      x: [left, 1 + left],
      y: [0.5, 0.5],
      error_y: { symmetric: false, array: [0.375, 0.375], arrayminus: [0.25, 0.25] },
      customdata: [
        ["put", 0.25, 0.875, 10],
        ["made up", 0.25, 0.875, 1234],
      ],
    },
    { name: "teacher", x: [right], y: [1], error_y: { array: [0], arrayminus: [0.75] } },
  ]);
  expect(layout).toMatchObject({
    xaxis: { tickvals: [0, 1], ticktext: ["put<br>n = 10 to 20", "made up<br>n = 1,234"], range: [-0.5, 1.5] },
    yaxis: { title: { text: "Success (%, 95 % interval)" }, range: [-0.02, 1.02] },
  });
});

test("a single arm stands in the middle", () => {
  const row = { arm: "<b>", split: "valid_seen", ...estimate };
  expect(successBySplitFigure([row]).data).toMatchObject([{ name: "&lt;b&gt;", x: [0] }]);
  expect(invalidRateFigure([row])).toMatchObject({
    data: [{ x: [0], y: [0.5] }],
    layout: {
      title: { text: "Invalid actions" },
      yaxis: { range: [0, 1.05 * 0.875] },
      xaxis: { ticktext: ["valid_seen<br>n = 10"] },
    },
  });
});

test("learningCurveFigure: sorted line over a band", () => {
  const { data } = learningCurveFigure([
    { arm: "free", tokens: 2000, ...estimate },
    { arm: "free", tokens: 1000, value: 0.1, low: 0, high: 0.2, n: 10 },
  ]);
  expect(data).toMatchObject([
    { x: [1000, 2000, 2000, 1000], y: [0.2, 0.875, 0.25, 0], fill: "toself", showlegend: false },
    { name: "free", x: [1000, 2000], y: [0.1, 0.5], mode: "lines+markers" },
  ]);
});

test("failureFigure: shares of all episodes of the arm", () => {
  const row = { failure: "second object", n: 2, share: 0.2, loops: 1, refused: 0, episodes: 10 } as const;
  const rows: FailureRow[] = [
    { arm: "a", ...row },
    { arm: "b", ...row, failure: "lamp not used" },
  ];
  const { data, layout } = failureFigure(rows);
  expect(data).toMatchObject([
    { name: "a (n = 10)", y: ["second object"], x: [0.2], customdata: [[2, 1, 0]] },
    { name: "b (n = 10)", y: ["lamp not used"], x: [0.2] },
  ]);
  expect(layout).toMatchObject({ yaxis: { categoryarray: ["second object", "lamp not used"] } });
});

test("stepsCdfFigure: lost episodes count in the denominator", () => {
  const row = { run: "r", arm: "a", seed: 0, taskId: "t", taskType: "x", split: "s", source: "generated" };
  const rows = [
    { ...row, metric: "success", value: 1 },
    { ...row, metric: "steps_if_won", value: 2 },
    { ...row, metric: "success", value: 0 },
    { ...row, metric: "steps", value: 3 },
  ] satisfies ResultRow[];
  expect(stepsCdfFigure(rows, 3).data).toMatchObject([{ name: "a (n = 2)", x: [0, 1, 2, 3], y: [0, 0, 0.5, 0.5] }]);
});
