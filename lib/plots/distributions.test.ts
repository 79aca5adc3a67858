import { expect, test } from "vitest";
import { distributionFigure, episodeLengthFigure, searchDepthFigure } from "./distributions.ts";

test("distributionFigure counts bins and normalises each sample by its own size", () => {
  const { data, layout } = distributionFigure(
    [
      { name: "generated", values: [0, 5, 9, 10] },
      { name: "<real>", values: [12, 25] },
    ],
    { title: "T", x: { title: "Length", unit: "tokens" }, binWidth: 10 },
  );
  expect(data).toMatchObject([
    { type: "scatter", name: "generated (n = 4)", x: [-5, 5, 15, 25], y: [0, 0.75, 0.25, 0], customdata: [0, 3, 1, 0] },
    { name: "&lt;real&gt; (n = 2)", x: [5, 15, 25, 35], y: [0, 0.5, 0.5, 0], customdata: [0, 1, 1, 0] },
  ]);
  expect(layout).toMatchObject({ xaxis: { title: { text: "Length (tokens)" } } });
});

test("episodeLengthFigure puts whole numbers on their own bars", () => {
  expect(episodeLengthFigure([{ name: "teacher", values: [4, 4, 7] }]).data).toMatchObject([
    { type: "bar", name: "teacher (n = 3)", x: [3, 4, 5, 6, 7, 8], y: [0, 2 / 3, 0, 0, 1 / 3, 0], width: 1 },
  ]);
});

test("searchDepthFigure leaves out episodes that never saw the object", () => {
  const rows = [
    { name: "a", searchDepth: 2 },
    { name: "a", searchDepth: null },
    { name: "b", searchDepth: 1 },
  ];
  expect(searchDepthFigure(rows).data).toMatchObject([
    { name: "a (n = 1)", x: [1, 2, 3], y: [0, 1, 0] },
    { name: "b (n = 1)", x: [0, 1, 2], y: [0, 1, 0] },
  ]);
});
