import { expect, test } from "vitest";
import { embeddingParts } from "./parts.ts";
import { trainTokenizer } from "./tokenizer/index.ts";

test("tokens of one type and of one number share their parts, all others have none", () => {
  const tokenizer = trainTokenizer([" desk 2 desk 12 shelf 2 desk: go shelf"], { vocabularySize: 1000 });
  const { types, numbers, typeCount, numberCount } = embeddingParts(tokenizer);
  const rows = Array.from(types, (type, id) => [tokenizer.tokenText(id), type, numbers[id]] as const);
  const named = Object.fromEntries(rows.slice(261).map(([text, type, number]) => [text, [type, number]]));
  const desk = types[tokenizer.encode(" desk")[0]];
  const shelf = types[tokenizer.encode(" shelf")[0]];
  const two = numbers[tokenizer.encode(" desk 2")[0]];
  const twelve = numbers[tokenizer.encode(" desk 12")[0]];
  expect(named).toEqual({
    " desk": [desk, 0],
    " desk 2": [desk, two],
    " desk 12": [desk, twelve],
    " shelf": [shelf, 0],
    " shelf 2": [shelf, two],
    " go": [types[tokenizer.encode(" go")[0]], 0],
  });
  expect(new Set([0, desk, shelf, types[tokenizer.encode(" go")[0]]]).size).toBe(4);
  expect([typeCount, numberCount]).toEqual([4, 3]);
  expect(rows.slice(0, 261).every(([, type, number]) => type === 0 && number === 0)).toBe(true);
});
