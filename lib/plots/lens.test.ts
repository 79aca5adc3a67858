import { expect, test } from "vitest";
import type { LensRow } from "../evaluation/index.ts";
import { lensFigure } from "./lens.ts";

const row = (moment: LensRow["moment"], situation: LensRow["situation"], token: LensRow["token"], layer: number) => ({
  ...{ moment, situation, token, layer, value: layer / 10, low: 0, high: layer / 5, n: 1234, tasks: 7 },
});

test("a panel for each moment that there is, layers in order, each token named once", () => {
  const { data, layout } = lensFigure([
    row("first token", "fast", "[Knowledge]", 2),
    row("first token", "fast", "[Knowledge]", 1),
    row("first token", "fast", "ordinary", 1),
    row("first token", "slow", "ordinary", 1), // begins as a fast turn: not shown
    row("first token", "knowledgeable", "[Knowledge]", 1),
    row("after the action", "slow", "[Reflection]", 1),
  ]);
  const lines = data.filter((trace) => "name" in trace);
  expect(lines).toMatchObject([
    { name: "[Knowledge]", x: [1], xaxis: "x", showlegend: true },
    { name: "[Knowledge]", x: [1, 2], y: [0.1, 0.2], xaxis: "x2", showlegend: false },
    { name: "ordinary token (thought, or end of turn)", xaxis: "x2", showlegend: true },
    { name: "[Reflection]", xaxis: "x3", showlegend: true },
  ]);
  expect(data[2]).toMatchObject({ x: [1, 2, 2, 1], y: [0.2, 0.4, 0, 0], fill: "toself", showlegend: false });
  expect(layout).toMatchObject({
    xaxis: { tickvals: [1, 2], range: [0.8, 2.2] },
    annotations: [
      { text: "<b>Knowledge was needed</b><br>first token, n = 1,234 turns" },
      { text: "<b>Acted at once</b><br>first token, n = 1,234 turns" },
      { text: "<b>Thought again</b><br>after the action, n = 1,234 turns" },
      { text: "After layer" },
    ],
  });
});
