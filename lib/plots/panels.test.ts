import { expect, test } from "vitest";
import { panelFigure } from "./panels.ts";

const options = { title: "T", x: { title: "X", unit: "steps" }, y: { title: "Y" } };
const panel = (title: string): { title: string; note: string; data: object[] } => ({
  title,
  note: "n = 3",
  data: [{ name: title, x: [1], y: [2], showlegend: true }],
});

test("panels have axes of their own, side by side, then below", () => {
  const { data, layout } = panelFigure(["a", "b", "<c>"].map(panel), options);
  expect(data).toMatchObject([
    { name: "a", xaxis: "x", yaxis: "y" },
    { name: "b", xaxis: "x2", yaxis: "y2" },
    { name: "<c>", xaxis: "x3", yaxis: "y3" },
  ]);
  const axes = layout as Record<string, { domain: number[]; anchor: string; showticklabels?: boolean; title: object }>;
  expect(axes.xaxis).toMatchObject({ domain: [0, 0.47], anchor: "y", title: { text: "" } });
  expect(axes.xaxis2).toMatchObject({ domain: [0.53, 1], anchor: "y2" });
  expect(axes.yaxis.title).toMatchObject({ text: "Y" });
  expect(axes.yaxis2).toMatchObject({ domain: axes.yaxis.domain, showticklabels: false, title: { text: "" } });
  expect(axes.yaxis3.domain[1]).toBeLessThan(axes.yaxis.domain[0]);
  expect(axes.yaxis3.domain[0]).toBeCloseTo(0, 12);
  expect(layout).toMatchObject({
    annotations: [
      { text: "<b>a</b><br>n = 3", xref: "x domain" },
      { text: "<b>b</b><br>n = 3", xref: "x2 domain", yref: "y2 domain" },
      { text: "<b>&lt;c&gt;</b><br>n = 3" },
      { text: "X (steps)", xref: "paper" },
    ],
  });
});

test("one panel fills the figure; a panel's own x settings win; a legend below makes room for its names", () => {
  const one = panelFigure([{ ...panel("a"), x: { range: [0, 1] } }], options);
  expect(one.layout).toMatchObject({ xaxis: { domain: [0, 1], range: [0, 1] }, yaxis: { domain: [0, 1] } });
  const { height } = one.layout as { height: number };
  const below = panelFigure([panel("a")], { ...options, legend: "below" }).layout as { height: number; legend: object };
  expect(below.height).toBeGreaterThan(height);
  expect(below.legend).toMatchObject({ yanchor: "top" });
  expect(panelFigure([panel("a")], { ...options, legend: "none" }).layout).toMatchObject({ showlegend: false });
});
