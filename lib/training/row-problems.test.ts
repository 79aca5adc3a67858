import { describe, expect, test } from "vitest";
import type { LabelledExample } from "../labels/index.ts";
import { findPairProblem, findRowProblem } from "./row-problems.ts";

const limits = { vocabulary: 10, context: 5 };
const row = (ids: number[], weights: number[]): LabelledExample => ({
  id: "r",
  ids,
  weights,
  sources: ids.map(() => 0),
});
const good = row([1, 2, 3], [0, 0, 1]);

describe("findRowProblem", () => {
  test("finds nothing in a good row, up to one token more than the context", () => {
    expect(findRowProblem(good, limits)).toBeNull();
    expect(findRowProblem(row([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 1]), limits)).toBeNull();
  });

  test.each([
    [row([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 1]), "too_long"],
    [row([1, 2], [0, 0]), "empty_mask"],
    [row([1, 2], [1, 0]), "empty_mask"], // nothing predicts the first token
    [row([1], [1]), "empty_mask"],
  ])("names what a recipe may drop: %o", (bad, problem) => {
    expect(findRowProblem(bad, limits)?.problem).toBe(problem);
  });

  test.each([
    [row([1, 10], [0, 1]), "row r: token 10 is outside the vocabulary of 10"],
    [row([1, 1.5], [0, 1]), "row r: token 1.5 is outside"],
    [row([1, 2], [0]), "row r: 1 weights for 2 tokens"],
    [row([1, 2], [0, -1]), "row r: weight -1 of token 1"],
    [row([1, 2], [0, NaN]), "row r: weight NaN of token 1"],
  ])("refuses what no recipe can mean: %o", (bad, message) => {
    expect(() => findRowProblem(bad, limits)).toThrow(message);
  });
});

describe("findPairProblem", () => {
  const pair = (chosen: LabelledExample, rejected: LabelledExample): ReturnType<typeof findPairProblem> =>
    findPairProblem({ id: "p", chosen, rejected }, limits);

  test("accepts two answers to one prompt", () => {
    expect(pair(good, row([1, 2, 4], [0, 0, 1]))).toBeNull();
  });

  test("names equal sides, and a side without an answer", () => {
    expect(pair(good, { ...good })).toMatchObject({ problem: "equal_sides", message: /^pair p: chosen and rejected/ });
    expect(pair(good, row([1, 2, 4], [0, 0, 0.5]))).toMatchObject({
      problem: "empty_mask",
      message: "row p, rejected: no token has weight 1, so there is no answer to compare",
    });
    expect(pair(row([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 1]), good)).toMatchObject({ problem: "too_long" });
  });
});
