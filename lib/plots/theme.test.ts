import { SOURCE_COLOURS } from "../labels/index.ts";
import { describe, expect, test } from "vitest";
import { SOURCES } from "../trajectory/index.ts";
import { figure, PALETTE, transparent } from "./theme.ts";

type Rgb = readonly number[];

/** Linear light of an sRGB colour. */
const linear = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
const apply = (matrix: readonly Rgb[], rgb: Rgb): number[] =>
  matrix.map((row) => row.reduce((sum, m, i) => sum + m * rgb[i], 0));

/** Contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map((hex) => apply([[0.2126, 0.7152, 0.0722]], linear(hex))[0]).sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const EYES = {
  "red-blind": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "green-blind": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** OKLab (Ottosson 2020) of linear light. */
function oklab(rgb: Rgb): number[] {
  const lms = apply(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((c) => Math.min(1, Math.max(0, c))),
  ).map(Math.cbrt);
  return apply(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

test.each([...PALETTE, ...Object.values(SOURCE_COLOURS)])("%s shows on light and dark pages", (hex) => {
  expect(contrast(hex, "#ffffff")).toBeGreaterThanOrEqual(2.9);
  expect(contrast(hex, "#111111")).toBeGreaterThanOrEqual(2.9);
});

test.each(Object.entries(EYES))("all pairs differ for %s eyes", (_, eyes) => {
  const seen = PALETTE.map((hex) => oklab(apply(eyes, linear(hex))));
  for (const [i, a] of seen.entries())
    for (const b of seen.slice(0, i)) expect(Math.hypot(...a.map((c, k) => c - b[k]))).toBeGreaterThanOrEqual(0.115);
});

test("every source has its own colour", () => {
  expect(new Set(SOURCES.map((source) => SOURCE_COLOURS[source])).size).toBe(SOURCES.length);
});

test("transparent", () => {
  expect(transparent("#ff5f11", 0.2)).toBe("rgba(255, 95, 17, 0.2)");
});

describe("figure", () => {
  test("titles the axes with units and hides the legend of a single trace", () => {
    const { layout } = figure([{}], { title: "T", x: { title: "X", unit: "steps" }, y: { title: "Y", type: "log" } });
    expect(layout).toMatchObject({
      title: { text: "T" },
      xaxis: { title: { text: "X (steps)" } },
      yaxis: { title: { text: "Y" }, type: "log" },
      showlegend: false,
      paper_bgcolor: "rgba(0, 0, 0, 0)",
    });
    expect(layout).not.toHaveProperty("yaxis2");
  });
  test("a second axis lies over the first, on the right", () => {
    const { layout } = figure([{}, {}], { title: "T", x: { title: "X" }, y: { title: "Y" }, y2: { title: "Z" } });
    expect(layout).toMatchObject({
      showlegend: true,
      yaxis2: { title: { text: "Z" }, overlaying: "y", side: "right" },
    });
  });
});
