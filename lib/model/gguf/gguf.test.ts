import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError, writeJson } from "../../base/index.ts";
import { loadTokenizer, trainTokenizer } from "../../labels/index.ts";
import { ggufVocabulary, longestMatch, readChatTemplate, readGguf, writeGguf } from "./index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const words = [" go cabinet 3", " go cabinet 12", " take mug 1 cabinet 12", " on \\ mug 1 , \u00e9t\u00e9 2"];
const tokenizer = trainTokenizer(words, { vocabularySize: 400 });

describe("the vocabulary for llama.cpp", () => {
  test("a word with its number is one token, spelled as bytes", () => {
    const { model, pre, tokens, types } = ggufVocabulary(tokenizer);
    expect([model, pre]).toEqual(["rwkv", undefined]);
    const [id] = tokenizer.encode(" cabinet 12");
    expect([tokens[id], types[id]]).toEqual([" cabinet 12", 1]);
    expect(tokens[tokenizer.encode(" \u00e9t\u00e9 2")[0]]).toBe(" \\xc3\\xa9t\\xc3\\xa9 2");
    expect(tokens[tokenizer.encode("\\")[0]]).toBe("\\\\");
    expect([tokens[1], types[1]]).toEqual(["<|end|>", 3]);
    expect(new Set(tokens).size).toBe(tokenizer.size);
  });

  test("the longest token that fits is the tokenizer's wherever all units are tokens", () => {
    const units = [" go", " cabinet 3", " cabinet 12", " take", " mug 1", " on", " \\", " ,", " \u00e9t\u00e9 2"];
    const longest = longestMatch(tokenizer);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...units)), (some) => {
        expect(longest(some.join(""))).toEqual(tokenizer.encode(some.join("")));
      }),
    );
    // And where a unit is not, it may be another: what the model card says.
    expect(longest(" cabinet 123")).not.toEqual(tokenizer.encode(" cabinet 123"));
  });

  test("patterns that llama.cpp knows go by its names, merges and added words with them", () => {
    const base = trainTokenizer(["go to the cabinet"], { vocabularySize: 300, keepIntermediates: true }).toJSON();
    const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
    const split = (Regex: string): object => ({
      type: "Split",
      pattern: { Regex },
      behavior: "Isolated",
      invert: false,
    });
    const of = (pre_tokenizer: object): ReturnType<typeof ggufVocabulary> =>
      ggufVocabulary(loadTokenizer({ ...base, pre_tokenizer }));
    const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
    expect(of({ type: "Sequence", pretokenizers: [split(llama3), byteLevel] })).toMatchObject({
      model: "gpt2",
      pre: "llama-bpe",
    });
    const gpt2 = of({ ...byteLevel, use_regex: true });
    expect(gpt2).toMatchObject({ model: "gpt2", pre: "gpt-2" });
    expect(gpt2.merges).toEqual((base.model as { merges: string[] }).merges);
    expect(gpt2.tokens[tokenizer.encode(" ")[0]]).toBe("\u0120");
  });
});

describe("what cannot be", () => {
  const model = path.join(folder, "model");
  const sizes = { vocab_size: tokenizer.size, hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1 };
  writeJson(path.join(model, "config.json"), { ...sizes, num_attention_heads: 2, max_position_embeddings: 16 });
  writeJson(path.join(model, "tokenizer.json"), tokenizer);
  const options = { model, output: path.join(folder, "out.gguf"), type: "F32", name: "tiny" } as const;
  const script = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path.join(folder, name);
  };

  test("a missing Python, or one without the package, names the remedy", async () => {
    const remedy = /npm run setup -- --deepspeed/;
    await expect(writeGguf({ ...options, python: path.join(folder, "none") })).rejects.toThrow(remedy);
    const bare = script("bare", "echo the Python package gguf is missing >&2; exit 3");
    await expect(writeGguf({ ...options, python: bare })).rejects.toThrow(/package gguf is missing; .*--deepspeed/);
  });

  test("Python's own word on bad input is the user's; nothing is left behind", async () => {
    const refusing = script("refusing", "echo weight lm_head.weight is missing >&2; exit 2");
    const failed = writeGguf({ ...options, python: refusing });
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(/^weight lm_head\.weight is missing$/);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
  });

  test("a tokenizer larger than the embedding, and no file", async () => {
    writeJson(path.join(folder, "small", "tokenizer.json"), tokenizer);
    writeJson(path.join(folder, "small", "config.json"), {
      ...sizes,
      vocab_size: 9,
      num_attention_heads: 2,
      max_position_embeddings: 16,
    });
    const small = path.join(folder, "small");
    await expect(writeGguf({ ...options, python: "x", model: small })).rejects.toThrow(
      /tokens in tokenizer\.json, but vocab_size is 9/,
    );
    await expect(readGguf({ python: "x", file: "no.gguf", output: folder })).rejects.toThrow(/no\.gguf: no such file/);
  });
});

test("a chat template is read from its file, else from the tokenizer's configuration", () => {
  const place = path.join(folder, "template");
  fs.mkdirSync(place);
  expect(readChatTemplate(place)).toBeNull();
  writeJson(path.join(place, "tokenizer_config.json"), { chat_template: "a" });
  expect(readChatTemplate(place)).toBe("a");
  fs.writeFileSync(path.join(place, "chat_template.jinja"), "b");
  expect(readChatTemplate(place)).toBe("b");
});
