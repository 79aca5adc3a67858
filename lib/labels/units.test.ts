import { expect, test } from "vitest";
import { trainTokenizer } from "./tokenizer/index.ts";
import { neighbouringUnits } from "./units.ts";

const TEXTS = [" on tomato 3 tomato 1", " put mug in desk", " mug 1 99999 pen"];

test("numbers up to one beyond the highest, and the word alone, where they are not there yet", () => {
  expect(neighbouringUnits(TEXTS)).toEqual([" mug 2", " tomato", " tomato 2", " tomato 4"]);
});

test("in the corpus they become one token each", () => {
  const tokenizer = trainTokenizer([...TEXTS, ...neighbouringUnits(TEXTS)], { vocabularySize: 1000 });
  expect([" tomato", " tomato 4", " mug 2"].map((unit) => tokenizer.encode(unit).length)).toEqual([1, 1, 1]);
  expect(tokenizer.encode(" tomato 5").length).toBeGreaterThan(1);
});
