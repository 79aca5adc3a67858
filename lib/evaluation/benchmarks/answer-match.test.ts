import { describe, expect, it, test } from "vitest";
import { answerF1, holdsAnswer, isClosedAnswer, isExactMatch, normaliseAnswer } from "./answer-match.ts";

test.each([
  ["The  Beatles!", "beatles"],
  ["an apple, a day", "apple day"],
  ["U.S.", "us"],
  ["theatre", "theatre"],
  ["A", ""],
])("%j is compared as %j", (text, normalised) => expect(normaliseAnswer(text)).toBe(normalised));

test("exact match leaves case, punctuation and articles aside", () => {
  expect(isExactMatch("the Mount Everest.", "Mount Everest")).toBe(true);
  expect(isExactMatch("Mount Everest, Nepal", "Mount Everest")).toBe(false);
});

describe("F1", () => {
  it.each([
    ["Badr Hari", "Badr Hari", 1],
    ["Hari", "Badr Hari", 2 / 3], // precision 1, recall 1/2
    ["Badr Hari of Amsterdam", "Badr Hari", 2 / 3], // precision 1/2, recall 1
    ["to be or not to be", "to be", 2 / (6 / 2 + 1)], // a word counts as often as both have it: 2 of 6 and 2 of 2
    ["Nevada", "Utah", 0],
    ["", "Utah", 0],
    ["yes", "yes", 1],
    ["yes it is", "yes", 0], // as in hotpot_evaluate_v1.py
    ["no", "no noise", 0],
  ])("of %j for %j is %d", (predicted, gold, f1) => expect(answerF1(predicted, gold)).toBeCloseTo(f1, 12));
});

test("an answer is found as whole words only", () => {
  expect(holdsAnswer("It lies in the New-York City area.", "newyork city")).toBe(true);
  expect(holdsAnswer("Yorkshire", "York")).toBe(false);
  expect(holdsAnswer("anything", "The")).toBe(false);
  expect([isClosedAnswer("No."), isClosedAnswer("Norway")]).toEqual([true, false]);
});
