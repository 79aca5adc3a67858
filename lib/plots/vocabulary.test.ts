import { expect, test } from "vitest";
import { coverageFigure, vocabularyFigure } from "./vocabulary.ts";

const tokens = [
  { token: " mug", count: 1 },
  { token: "<|end|>", count: 6 },
  { token: "unused", count: 0 },
  { token: " desk 1", count: 3 },
];

test("vocabularyFigure ranks by frequency and escapes the tokens", () => {
  const { data, layout } = vocabularyFigure(tokens);
  expect(data).toMatchObject([{ x: [1, 2, 3], y: [6, 3, 1], text: ['"&lt;|end|&gt;"', '" desk 1"', '" mug"'] }]);
  expect(layout).toMatchObject({
    title: { text: "Token frequency by rank (3 tokens used, n = 10)" },
    xaxis: { type: "log" },
    yaxis: { type: "log" },
  });
});

test("coverageFigure accumulates", () => {
  expect(coverageFigure(tokens).data).toMatchObject([{ x: [1, 2, 3], y: [0.6, 0.9, 1] }]);
});
