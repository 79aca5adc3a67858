import type { Interval } from "../evaluation/index.ts";
import { text } from "./labels.ts";
import { colour, symbol, type Axis } from "./theme.ts";

/** Height of a line of a panel with a name to each line. */
export const LINE = 34;

export const errorBars = (intervals: readonly Interval[], colour: string): object => ({
  type: "data",
  symmetric: false,
  array: intervals.map(({ value, high }) => high - value),
  arrayminus: intervals.map(({ value, low }) => value - low),
  ...{ color: colour, thickness: 1.5, width: 3 },
});

/** Shape and colour of the `index`-th of more arms than there are colours: each pair comes once. */
export const marker = (index: number): { color: string; symbol: string } => ({
  color: colour(index),
  symbol: symbol(index + Math.floor(index / 6)),
});

/** A line for each name, from top to bottom. */
export const nameAxis = (names: readonly string[], title: string): Axis => ({
  title,
  tickvals: names.map((_, i) => i),
  ticktext: names.map(text),
  range: [names.length - 0.5, -0.5],
});
