import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, UserError, writeJson } from "../../base/index.ts";
import { readModelFolder, readVocabulary, vocabularyHash, type ModelFolder } from "./model-folder.ts";

/** A token that the job adds to the model's vocabulary. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
}

/** The added tokens with their ids, which follow the tokenizer's own as in Hugging Face's `add_special_tokens`. */
export function addedTokens(model: ModelFolder, contents: readonly string[]): AddedToken[] {
  const known = new Set(model.vocabulary ?? []);
  contents.forEach((content, i) => {
    if (known.has(content) || contents.indexOf(content) !== i)
      throw new UserError(`addedTokens: ${JSON.stringify(content)} is in the vocabulary of ${model.folder} already`);
  });
  const first = model.vocabulary?.length ?? model.vocabularySize;
  return contents.map((content, i) => ({ id: first + i, content }));
}

/** Rows of the embedding once the tokens are added; a table that is padded may have room for them. */
export const vocabularySizeWith = (model: ModelFolder, added: readonly AddedToken[]): number =>
  Math.max(model.vocabularySize, ...added.map(({ id }) => id + 1));

/**
 * Throws `UserError` where the tokenizer that made the rows is not the model's own, with or without the added tokens: the
 * same ids would mean other text. `tokenizer` is a `tokenizer.json`, or the folder of one.
 */
export function checkVocabulary(tokenizer: string, model: ModelFolder, added: readonly AddedToken[]): void {
  const file = tokenizer.endsWith(".json") ? tokenizer : path.join(tokenizer, "tokenizer.json");
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such tokenizer file`);
  const rows = readVocabulary(file);
  if (rows === null) throw new UserError(`${file}: its vocabulary cannot be read`);
  if (model.vocabulary === null) {
    if (rows.length <= vocabularySizeWith(model, added)) return;
    throw new UserError(
      `${file} has ${rows.length} tokens, ${model.folder} has room for ${vocabularySizeWith(model, added)}`,
    );
  }
  const wanted = [...model.vocabulary, ...added.map(({ content }) => content)];
  if ([model.vocabulary, wanted].some((vocabulary) => vocabularyHash(rows) === vocabularyHash(vocabulary))) return;
  const at = rows.findIndex((token, id) => token !== wanted[id]);
  const id = at < 0 ? rows.length : at;
  throw new UserError(
    `the rows' tokenizer ${file} (${rows.length} tokens, hash ${vocabularyHash(rows).slice(0, 12)}) is not the one of ` +
      `${model.folder} (${wanted.length} tokens with those added, hash ${vocabularyHash(wanted).slice(0, 12)}): ` +
      `token ${id} is ${JSON.stringify(rows[id] ?? "missing")} there and ${JSON.stringify(wanted[id] ?? "missing")} here; ` +
      `label the rows with this model's tokenizer`,
  );
}

/**
 * Writes the `tokenizer.json` of `model` with added special tokens to `file`: rows that use them are labelled with it. It
 * is the one that the trained model has in the end.
 */
export function writeTokenizerWith(contents: readonly string[], model: string, file: string): void {
  const folder = readModelFolder(model);
  if (folder.vocabulary === null) throw new UserError(`${model}: no tokenizer.json whose vocabulary can be read`);
  const value = readJson<{ added_tokens?: readonly unknown[] }>(path.join(model, "tokenizer.json"));
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const entries = addedTokens(folder, contents).map((token) => ({ ...token, ...plain }));
  writeJson(file, { ...value, added_tokens: [...(value.added_tokens ?? []), ...entries] });
}
