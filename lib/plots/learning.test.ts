import { expect, test } from "vitest";
import { SOURCE_COLOURS } from "../labels/index.ts";
import { metricFigure, tokenLossFigure } from "./learning.ts";

test("tokenLossFigure keeps places, colours by source, and pales what is not fully trained on", () => {
  const { data, layout } = tokenLossFigure([
    { text: "<mug>", source: "observation", weight: 0.1, loss: 2 },
    { text: "take", source: "action", weight: 1, loss: 0.5 },
    { text: "desk", source: "observation", weight: 0, loss: 1 },
  ]);
  expect(data).toMatchObject([
    {
      name: "observation",
      x: [1, 3],
      y: [2, 1],
      text: ['"&lt;mug&gt;"', '"desk"'],
      marker: { color: SOURCE_COLOURS.observation, opacity: [0.35, 0.35] },
    },
    { name: "action", x: [2], y: [0.5], marker: { opacity: [1] } },
  ]);
  expect(layout).toMatchObject({ title: { text: "Loss of each token (n = 3 tokens)" } });
});

test("metricFigure draws one line a run", () => {
  const points = [
    { step: 1, "rewards/margins": 0 },
    { step: 2, "rewards/margins": 0.5 },
  ];
  const y = { title: "Margin", unit: "nats" };
  const { data, layout } = metricFigure([{ name: "dpo", points }], "rewards/margins", "Margins", y);
  expect(data).toMatchObject([{ name: "dpo", x: [1, 2], y: [0, 0.5] }]);
  expect(layout).toMatchObject({ yaxis: { title: { text: "Margin (nats)" } } });
});
