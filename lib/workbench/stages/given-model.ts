import { writeJson } from "../../base/index.ts";
import { loadTokenizer, SITUATED_SPECIAL_TOKENS, SPECIAL_TOKENS, type Tokenizer } from "../../labels/index.ts";
import { Llama } from "../../model/index.ts";
import { readModelFolder, writeTokenizerWith } from "../../training/index.ts";
import type { Run } from "../run.ts";

/** Folder of the pretrained model that the recipe's training begins with; null where a student begins anew. */
export function givenModel({ settings: { training } }: Run): string | null {
  return (training.engine === "deepspeed" && training.deepspeed.model) || null;
}

/** Control tokens of the run's template. */
export const specialsOf = ({ settings: { labels } }: Run): readonly string[] =>
  labels.situations ? SITUATED_SPECIAL_TOKENS : SPECIAL_TOKENS;

/** Control tokens of the run's template that a model's tokenizer lacks. */
export function missingTokens(run: Run, folder: string): string[] {
  const known = new Set(readModelFolder(folder).vocabulary ?? []);
  return specialsOf(run).filter((token) => !known.has(token));
}

/** The run's tokenizer, written to `file`: the given model's own with the control tokens that it lacks, else a new one. */
export async function writeTokenizer(
  run: Run,
  file: string,
  train: () => Tokenizer | Promise<Tokenizer>,
): Promise<Tokenizer> {
  const given = givenModel(run);
  if (given === null) {
    const tokenizer = await train();
    writeJson(file, tokenizer);
    return tokenizer;
  }
  writeTokenizerWith(missingTokens(run, given), given, file);
  return loadTokenizer(file);
}

/** What decides the labels and the training about a given model, for their signatures. */
export function givenModelHash(run: Run): { given?: string } {
  const folder = givenModel(run);
  return folder === null ? {} : { given: readModelFolder(folder).fingerprint };
}

/** The given model before training, with room for every token of the run. */
export function loadGivenModel(run: Run, folder: string, tokenizer: Tokenizer): Llama {
  const given = Llama.load(folder);
  if (given.config.vocab_size >= tokenizer.size) return given;
  const student = given.resized(tokenizer.size, { seed: run.seed });
  given.dispose();
  return student;
}
