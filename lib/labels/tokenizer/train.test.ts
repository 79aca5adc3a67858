import * as path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "../../base/index.ts";
import { trainTokenizer } from "./train.ts";

const fixtures = path.join(path.dirname(fileURLToPath(import.meta.url)), "fixtures");
const BASE = 5 + 256;

test("learns the same tokens and merges as Python's BpeTrainer", () => {
  const { trained } = readJson<{
    trained: {
      texts: string[];
      vocabularySize: number;
      minimumFrequency: number;
      learnt: string[];
      merges: string[];
    };
  }>(path.join(fixtures, "python-cases.json"));
  const { definition } = trainTokenizer(trained.texts, { ...trained, keepIntermediates: true });
  expect(definition.vocabulary.slice(BASE)).toEqual(trained.learnt);
  expect(definition.merges.map((pair) => pair.join(" "))).toEqual(trained.merges);
});

const TEXTS = [" go cabinet 3", " open cabinet 3", " take mug 1 cabinet 3", " go desk 2", " put mug 1 desk 2", " mug"];

test("with room enough every unit is one token and no step towards it is kept", () => {
  const tokenizer = trainTokenizer(TEXTS, { vocabularySize: 1000 });
  const learnt = tokenizer.definition.vocabulary.slice(BASE).map((_, i) => tokenizer.tokenText(BASE + i));
  expect(learnt.sort()).toEqual([" cabinet 3", " desk 2", " go", " mug", " mug 1", " open", " put", " take"]);
  expect(tokenizer.encode(" take mug 1 cabinet 3").map((id) => tokenizer.tokenText(id))).toEqual([
    " take",
    " mug 1",
    " cabinet 3",
  ]);
});

test("a unit that only its neighbours make one is one token too", () => {
  const tokenizer = trainTokenizer(["to ada.lind@x, by ada."], {
    vocabularySize: 500,
    pattern: String.raw`\p{L}+\.(?=\p{L})|\p{L}+|.`,
  });
  const units = (text: string) => tokenizer.encode(text).map((id) => tokenizer.tokenText(id));
  expect(units("ada.lind")).toEqual(["ada.", "lind"]);
  expect(units("ada.")).toEqual(["ada", "."]);
});

test("a unit never seen falls back to smaller tokens, in the end to bytes", () => {
  const tokenizer = trainTokenizer(TEXTS, { vocabularySize: 1000 });
  expect(tokenizer.encode(" go zoo").map((id) => tokenizer.tokenText(id))).toEqual([" go", " ", "z", "o", "o"]);
});

test("a small vocabulary keeps the merges that its partial tokens need", () => {
  for (const vocabularySize of [BASE, BASE + 5, BASE + 12, BASE + 20]) {
    const full = trainTokenizer(TEXTS, { vocabularySize, keepIntermediates: true });
    const pruned = trainTokenizer(TEXTS, { vocabularySize });
    expect(full.size).toBe(vocabularySize);
    expect(pruned.size).toBeLessThanOrEqual(full.size);
    for (const text of TEXTS) {
      expect(pruned.encode(text).length).toBeLessThanOrEqual(full.encode(text).length);
      expect(pruned.decode(pruned.encode(text))).toBe(text);
    }
  }
});

test("pairs below the minimum frequency are not merged", () => {
  const tokenizer = trainTokenizer([" ab ab xy"], { vocabularySize: 1000, minimumFrequency: 2 });
  expect(tokenizer.definition.vocabulary.slice(BASE)).toEqual(["Ġab"]);
});

test("the order of the texts does not matter", () => {
  const hash = trainTokenizer(TEXTS, { vocabularySize: 290 }).hash;
  const permutation = fc.shuffledSubarray(TEXTS, { minLength: TEXTS.length });
  fc.assert(
    fc.property(permutation, (texts) => trainTokenizer(texts, { vocabularySize: 290 }).hash === hash),
    { numRuns: 20 },
  );
});

test("a vocabulary without room for the bytes is refused", () => {
  expect(() => trainTokenizer(TEXTS, { vocabularySize: 200 })).toThrow(/vocabularySize 200: at least 261/);
});

test("other control tokens come first, in the order given; what is learnt from the texts stays the same", () => {
  const specials = ["<|pad|>", "<|end|>", "[Ask]"];
  const tokenizer = trainTokenizer(TEXTS, { vocabularySize: 1000, specials });
  const usual = trainTokenizer(TEXTS, { vocabularySize: 1000 });
  expect(tokenizer.definition.vocabulary.slice(0, 3)).toEqual(specials);
  expect(specials.map((name) => tokenizer.special(name))).toEqual([0, 1, 2]);
  expect(tokenizer.definition.vocabulary.slice(3)).toEqual(usual.definition.vocabulary.slice(5));
  expect(tokenizer.encode("[Ask]").some((id) => tokenizer.isSpecial(id))).toBe(false);
  expect(tokenizer.encodeMarked("[Ask] mug").map((id) => tokenizer.tokenText(id))).toEqual(["[Ask]", " mug"]);
  expect(() => tokenizer.special("<|act|>")).toThrow(/no special token "<\|act\|>"/);
  expect(() => trainTokenizer(TEXTS, { vocabularySize: 258, specials })).toThrow(/vocabularySize 258: at least 259/);
});
