import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../base/index.ts";
import { loadTokenizer } from "../../labels/index.ts";
import { temporaryFolder } from "./fixtures/tiny-jobs.ts";
import { readModelFolder, readVocabulary, vocabularyHash } from "./model-folder.ts";
import { addedTokens, checkVocabulary, vocabularySizeWith, writeTokenizerWith } from "./vocabulary.ts";

function tokenizerFile(folder: string, tokens: readonly string[], added: readonly string[] = []): string {
  const file = path.join(folder, "tokenizer.json");
  writeJson(file, {
    model: { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) },
    added_tokens: added.map((content, i) => ({ id: tokens.length + i, content })),
  });
  return file;
}

function modelFolder(tokens: readonly string[] | null, size = 8): string {
  const folder = temporaryFolder();
  writeJson(path.join(folder, "config.json"), { model_type: "llama", vocab_size: size, max_position_embeddings: 64 });
  if (tokens) tokenizerFile(folder, tokens);
  return folder;
}

describe("a model folder", () => {
  it("is read for what a job needs", () => {
    const folder = modelFolder(["a", "b"]);
    expect(readModelFolder(folder)).toMatchObject({ vocabularySize: 8, context: 64, vocabulary: ["a", "b"] });
  });

  it("has a fingerprint that changes with its weights", () => {
    const folder = modelFolder(null);
    const file = path.join(folder, "model.safetensors");
    const fingerprints = ["one", "two", "two"].map((content) => {
      fs.writeFileSync(file, content);
      return readModelFolder(folder).fingerprint;
    });
    expect(fingerprints[0]).not.toBe(fingerprints[1]);
    expect(fingerprints[1]).toBe(fingerprints[2]);
  });

  it("is named where it is none", () => {
    expect(() => readModelFolder("/no/such/folder")).toThrow("/no/such/folder: no model: config.json cannot be read");
    const folder = temporaryFolder();
    writeJson(path.join(folder, "config.json"), { model_type: "vit" });
    expect(() => readModelFolder(folder)).toThrow("no language model");
  });

  it("may keep its language model's settings in text_config", () => {
    const folder = temporaryFolder();
    const text = { model_type: "gemma3_text", vocab_size: 9, max_position_embeddings: 7 };
    writeJson(path.join(folder, "config.json"), { model_type: "gemma3", text_config: text });
    expect(readModelFolder(folder)).toMatchObject({ vocabularySize: 9, context: 7, type: "gemma3_text" });
  });
});

describe("the vocabulary of rows and model", () => {
  it("is hashed in the order of the ids, added tokens included", () => {
    const file = tokenizerFile(temporaryFolder(), ["b", "a"], ["<x>"]);
    expect(readVocabulary(file)).toEqual(["b", "a", "<x>"]);
    expect(vocabularyHash(["ab"])).not.toBe(vocabularyHash(["a", "b"]));
  });

  it("fits where the rows' tokenizer is the model's with the added tokens", () => {
    const model = readModelFolder(modelFolder(["a", "b"]));
    const added = addedTokens(model, ["[K]", "[R]"]);
    expect(added).toEqual([
      { id: 2, content: "[K]" },
      { id: 3, content: "[R]" },
    ]);
    expect(vocabularySizeWith(model, added)).toBe(8); // the table is padded
    checkVocabulary(tokenizerFile(temporaryFolder(), ["a", "b"], ["[K]", "[R]"]), model, added);
    checkVocabulary(tokenizerFile(temporaryFolder(), ["a", "b"]), model, added); // rows that use none of them
    const one = tokenizerFile(temporaryFolder(), ["a", "b"], ["[R]"]);
    expect(() => checkVocabulary(one, model, added)).toThrow('token 2 is "[R]" there and "[K]" here');
  });

  it("can be written with the added tokens, for labelling", () => {
    const folder = modelFolder(null, 600);
    const parity = path.join(import.meta.dirname, "../../labels/tokenizer/fixtures/parity-tokenizer.json");
    fs.copyFileSync(parity, path.join(folder, "tokenizer.json"));
    const before = loadTokenizer(parity);
    const file = path.join(temporaryFolder(), "tokenizer.json");
    writeTokenizerWith(["[K]", "[R]"], folder, file);
    const after = loadTokenizer(file);
    expect(after.size).toBe(before.size + 2);
    expect(after.encodeMarked("go [K]")).toEqual([...before.encode("go "), before.size]);
    const model = readModelFolder(folder);
    checkVocabulary(file, model, addedTokens(model, ["[K]", "[R]"]));
  });

  it("is refused with the first token that differs", () => {
    const model = readModelFolder(modelFolder(["a", "b", "c"]));
    const other = tokenizerFile(temporaryFolder(), ["a", "c", "b"]);
    expect(() => checkVocabulary(other, model, [])).toThrow('token 1 is "c" there and "b" here');
    const longer = tokenizerFile(temporaryFolder(), ["a", "b", "c", "d"]);
    expect(() => checkVocabulary(longer, model, [])).toThrow('token 3 is "d" there and "missing" here');
    expect(() => checkVocabulary("/no/tokenizer.json", model, [])).toThrow("no such tokenizer file");
  });

  it("is compared by its size alone where the model has no tokenizer.json", () => {
    const model = readModelFolder(modelFolder(null, 3));
    const added = addedTokens(model, ["[K]"]);
    expect(added).toEqual([{ id: 3, content: "[K]" }]);
    checkVocabulary(tokenizerFile(temporaryFolder(), ["a", "b", "c"], ["[K]"]), model, added);
    const longer = tokenizerFile(temporaryFolder(), ["a", "b", "c", "d", "e"]);
    expect(() => checkVocabulary(longer, model, added)).toThrow("has 5 tokens");
  });

  it("cannot be added to twice", () => {
    const model = readModelFolder(modelFolder(["a", "b"]));
    expect(() => addedTokens(model, ["a"])).toThrow('"a" is in the vocabulary');
    expect(() => addedTokens(model, ["x", "x"])).toThrow('"x" is in the vocabulary');
  });
});
