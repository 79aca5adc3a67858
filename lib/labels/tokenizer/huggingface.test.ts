import { describe, expect, test } from "vitest";
import { UserError } from "../../base/index.ts";
import { tokenizerConfig } from "./config.ts";
import { createSplitter } from "./patterns.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { trainTokenizer } from "./train.ts";

const trained = trainTokenizer([" go cabinet 3", " take mug 1"], { vocabularySize: 300 });
type Json = Record<string, unknown>;

test("what is written reads back as the same tokenizer", () => {
  const text = JSON.stringify(trained);
  const read = loadTokenizer(JSON.parse(text) as Json);
  expect(read.hash).toBe(trained.hash);
  expect(JSON.stringify(read)).toBe(text);
});

test("merges may be pairs, as newer versions write them", () => {
  const json = trained.toJSON();
  const model = json.model as { merges: string[] };
  const pairs = { ...json, model: { ...model, merges: model.merges.map((merge) => merge.split(" ")) } };
  expect(loadTokenizer(pairs).hash).toBe(trained.hash);
});

const byteLevel = (options: Json): Json => ({
  type: "ByteLevel",
  add_prefix_space: false,
  use_regex: false,
  ...options,
});
const split = (Regex: string, options: Json = {}): Json => ({
  type: "Split",
  pattern: { Regex },
  behavior: "Isolated",
  invert: false,
  ...options,
});
const sequence = (...pretokenizers: Json[]): Json => ({ type: "Sequence", pretokenizers });
const LLAMA3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

describe("pre-tokenizers", () => {
  const pieces = (pre_tokenizer: Json, text: string): readonly string[] => {
    const { preTokenizer } = loadTokenizer({ ...trained.toJSON(), pre_tokenizer }).definition;
    return createSplitter(preTokenizer, "test")(text);
  };

  test("ours keeps a word and its number together", () => {
    expect(pieces(trained.toJSON().pre_tokenizer as Json, " take mug 12 desk  3: é4")).toEqual([
      " take",
      " mug 12",
      " desk",
      "  ",
      "3",
      ":",
      " é",
      "4",
    ]);
  });

  test("ByteLevel's own expression cuts contractions off", () => {
    expect(pieces(byteLevel({ use_regex: true }), " don't  go")).toEqual([" don", "'t", " ", " go"]);
  });

  test("add_prefix_space puts a space before text that has none", () => {
    const withSpace = byteLevel({ add_prefix_space: true, use_regex: true });
    expect([pieces(withSpace, "go 1"), pieces(withSpace, " go 1")]).toEqual([
      [" go", " 1"],
      [" go", " 1"],
    ]);
  });

  test("an inline case-insensitive group is spelled out", () => {
    expect(pieces(sequence(split(LLAMA3), byteLevel({})), "it'S 1234")).toEqual(["it", "'S", " ", "123", "4"]);
  });

  test("what no expression matches stays a piece of its own", () => {
    expect(pieces(sequence(split("b+"), byteLevel({})), "aabbac")).toEqual(["aa", "bb", "ac"]);
  });

  test.each([
    ["another algorithm", { model: { type: "WordPiece", vocab: {}, merges: [] } }, /model\.type/],
    ["no byte level", { pre_tokenizer: { type: "Whitespace" } }, /last step must be ByteLevel/],
    [
      "another split behaviour",
      { pre_tokenizer: sequence(split("a", { behavior: "Removed" }), byteLevel({})) },
      /behavior/,
    ],
    ["a possessive pattern", { pre_tokenizer: sequence(split("a++"), byteLevel({})) }, /"a\+\+" is not supported/],
    ["a normalizer", { normalizer: { type: "Lowercase" } }, /normalizer/],
    ["another decoder", { decoder: { type: "Metaspace" } }, /decoder/],
  ])("%s is refused by name", (_, change, message) => {
    const load = (): unknown => loadTokenizer({ ...trained.toJSON(), ...change });
    expect(load).toThrow(UserError);
    expect(load).toThrow(message);
  });
});

test("a missing file is named", () => {
  expect(() => loadTokenizer("no/such/tokenizer.json")).toThrow(/no\/such\/tokenizer\.json: no such tokenizer file/);
});

test("the configuration names padding, stop token and template", () => {
  expect(tokenizerConfig("{{ x }}", 320)).toMatchObject({
    pad_token: "<|pad|>",
    eos_token: "<|end|>",
    model_max_length: 320,
    chat_template: "{{ x }}",
  });
});
