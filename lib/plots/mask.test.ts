import { expect, test } from "vitest";
import { maskGridFigure, maskSizeFigure } from "./mask.ts";

const places = [
  { chosenText: "{", allowedTexts: ["{", '{"'] },
  { chosenText: " <a>", allowedTexts: [" <a>"] },
];

test("maskGridFigure: what came, what could have come, and what was masked", () => {
  const { data, layout } = maskGridFigure(places, 300);
  expect(data[0]).toMatchObject({
    z: [
      [2, 0],
      [1, 0],
      [0, 2],
    ],
  });
  expect(layout).toMatchObject({
    title: { text: "The mask (300 tokens in the vocabulary)" },
    xaxis: { ticktext: ["{", "␣&lt;a&gt;"] },
    yaxis: { ticktext: ["{", '{"', "␣&lt;a&gt;"], range: [2.5, -0.5] },
  });
});

test("of many tokens those that came are shown, with some others", () => {
  const letters = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const many = [places[0], { chosenText: "t99", allowedTexts: letters }];
  const { data, layout } = maskGridFigure(many, 500);
  const { ticktext } = (layout as { yaxis: { ticktext: string[] } }).yaxis;
  expect(ticktext).toHaveLength(36);
  expect(ticktext).toContain("t99");
  expect((data[0] as { z: number[][] }).z[ticktext.indexOf("t99")]).toEqual([0, 2]);
  expect(layout).toMatchObject({ title: { text: expect.stringContaining("36 of the 102 allowed ones") as string } });
});

test("maskSizeFigure: how many could come", () => {
  const { data, layout } = maskSizeFigure(places, 300);
  expect(data).toMatchObject([{ y: [2, 1] }]);
  expect(layout).toMatchObject({ title: { text: "Choices: 1 of 2 tokens had to come (300 in the vocabulary)" } });
});
