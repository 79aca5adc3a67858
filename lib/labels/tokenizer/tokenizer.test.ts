import * as path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../base/index.ts";
import { SPECIAL_TOKENS } from "../specials.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { trainTokenizer } from "./train.ts";

const fixtures = path.join(path.dirname(fileURLToPath(import.meta.url)), "fixtures");
const parity = loadTokenizer(path.join(fixtures, "parity-tokenizer.json"));
const household = trainTokenizer([" go cabinet 3", " take mug 1 cabinet 3", " put mug 1 desk 2"], {
  vocabularySize: 400,
});

describe("ids equal those of Python's tokenizers", () => {
  const { cases, chat } = readJson<{
    cases: { text: string; ids: number[] }[];
    chat: { text: string; input_ids: number[]; generation_prompt_text: string };
  }>(path.join(fixtures, "parity-cases.json"));

  test.each(cases)("$text", ({ text, ids }) => {
    expect(parity.encodeMarked(text)).toEqual(ids);
    expect(parity.decode(ids)).toBe(text);
  });

  test("a rendered chat", () => {
    expect(parity.encodeMarked(chat.text)).toEqual(chat.input_ids);
  });
});

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

test("decode(encode(text)) is the text, for any Unicode text", () => {
  fc.assert(fc.property(anyText, (text) => household.decode(household.encode(text)) === text));
  fc.assert(fc.property(anyText, (text) => parity.decode(parity.encode(text)) === text));
});

test("the same text gives the same ids with a warm cache", () => {
  const cold = loadTokenizer(household.toJSON());
  fc.assert(
    fc.property(anyText, (text) => {
      const ids = cold.encode(text);
      expect(cold.encode(text)).toEqual(ids);
      expect(household.encode(text)).toEqual(ids);
    }),
  );
});

test("no text becomes a control token unless it is rendered as one", () => {
  const marks = fc.array(fc.oneof(fc.constantFrom(...SPECIAL_TOKENS, " ", "<|", "|>"), fc.string()));
  fc.assert(
    fc.property(marks, (parts) => {
      const text = parts.join("");
      const ids = household.encode(text);
      expect(ids.some((id) => household.isSpecial(id))).toBe(false);
      expect(household.decode(ids)).toBe(text);
    }),
  );
  expect(household.encodeMarked("<|end|>")).toEqual([household.special("<|end|>")]);
  expect(parity.encode("</s>").some((id) => parity.isSpecial(id))).toBe(false);
});

test("control tokens have the ids of their list; unknown ones are named with the known ones", () => {
  expect(SPECIAL_TOKENS.map((name) => household.special(name))).toEqual([0, 1, 2, 3, 4]);
  expect(() => household.special("<|stop|>")).toThrow(/no special token "<\|stop\|>"; there are <\|pad\|> <\|end\|>/);
});

test("an id outside the vocabulary is an error", () => {
  expect(() => household.decode([household.size])).toThrow(RangeError);
});

test("a piece of 100,000 equal characters is encoded without quadratic work", () => {
  const long = "a".repeat(100_000);
  const tokenizer = trainTokenizer(["aaaaaaaa"], { vocabularySize: 270 });
  expect(tokenizer.decode(tokenizer.encode(long))).toBe(long);
});
