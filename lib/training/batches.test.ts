import { expect, test } from "vitest";
import { makeBatch } from "./index.ts";

test("makeBatch shifts labels by one and pads with weight 0 to a multiple of 8 within the context", () => {
  const rows = [
    [{ id: "a", ids: [5, 6, 7], weights: [0, 0.5, 1], sources: [0, 0, 0] }],
    [{ id: "b", ids: [8, 9], weights: [0, 1], sources: [0, 0] }],
  ];
  expect(makeBatch(rows, 2)).toEqual({
    lines: 2,
    length: 2,
    ids: Int32Array.of(5, 6, 8, 0),
    labels: Int32Array.of(6, 7, 9, 0),
    weights: Float32Array.of(0.5, 1, 1, 0),
    own: Float32Array.of(0, 1, 1, 0),
    segments: null,
    tokens: 5,
  });
  const wide = makeBatch(rows);
  expect(wide.length).toBe(8);
  expect(wide.weights).toEqual(Float32Array.of(0.5, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
});

test("rows packed into a line keep their own labels and segment; padding is a segment of its own", () => {
  const row = (id: string, ...ids: number[]): { id: string; ids: number[]; weights: number[]; sources: number[] } => ({
    id,
    ids,
    weights: ids.map((_, t) => (t === 0 ? 0 : 1)),
    sources: ids.map(() => 0),
  });
  expect(makeBatch([[row("a", 5, 6, 7), row("b", 8, 9)], [row("c", 1, 2)]], 4)).toEqual({
    lines: 2,
    length: 4,
    ids: Int32Array.of(5, 6, 8, 0, 1, 0, 0, 0),
    labels: Int32Array.of(6, 7, 9, 0, 2, 0, 0, 0),
    weights: Float32Array.of(1, 1, 1, 0, 1, 0, 0, 0),
    own: Float32Array.of(1, 1, 1, 0, 1, 0, 0, 0),
    segments: Int32Array.of(0, 0, 1, 2, 0, 1, 1, 1),
    tokens: 7,
  });
});
