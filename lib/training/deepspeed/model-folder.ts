import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { canonicalJson, readJson, sha256, UserError } from "../../base/index.ts";

/** A model folder as Hugging Face lays it out, as far as a job needs to know it. */
export interface ModelFolder {
  readonly folder: string;
  readonly type: string;
  /** Rows of the embedding. */
  readonly vocabularySize: number;
  /** Longest sequence. */
  readonly context: number;
  /** Its tokens in the order of their ids; null without a `tokenizer.json` that lists them. */
  readonly vocabulary: readonly string[] | null;
  /** Changes when its weights do; found without reading all of them. */
  readonly fingerprint: string;
}

const count = z.number().int().positive();
const textSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: count,
  max_position_embeddings: count.optional(),
  n_positions: count.optional(),
});
const configSchema = z.union([z.looseObject({ text_config: textSchema }), textSchema]);

/** Reads `config.json`, `tokenizer.json` and the weight files' heads. Throws `UserError` where it is no model. */
export function readModelFolder(folder: string): ModelFolder {
  const file = path.join(folder, "config.json");
  let value: unknown;
  try {
    value = readJson(file);
  } catch (error) {
    throw new UserError(`${folder}: no model: config.json cannot be read: ${(error as Error).message}`);
  }
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) throw new UserError(`${file}: no language model: it has no model_type and vocab_size`);
  const config = "text_config" in parsed.data ? (parsed.data.text_config as z.infer<typeof textSchema>) : parsed.data;
  const text = textSchema.parse(config);
  const context = text.max_position_embeddings ?? text.n_positions;
  if (context === undefined) throw new UserError(`${file}: neither max_position_embeddings nor n_positions is there`);
  return {
    folder,
    type: text.model_type,
    vocabularySize: text.vocab_size,
    context,
    vocabulary: readVocabulary(path.join(folder, "tokenizer.json")),
    fingerprint: fingerprintOf(folder, value),
  };
}

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ vocab: z.record(z.string(), z.number().int().nonnegative()) }),
  added_tokens: z.array(z.looseObject({ id: z.number().int().nonnegative(), content: z.string() })).optional(),
});

/** The tokens of a `tokenizer.json` in the order of their ids; null where there is none, or one without such a list. */
export function readVocabulary(file: string): string[] | null {
  if (!fs.existsSync(file)) return null;
  const parsed = tokenizerSchema.safeParse(readJson(file));
  if (!parsed.success) return null;
  const tokens = new Map(Object.entries(parsed.data.model.vocab).map(([token, id]) => [id, token]));
  for (const { id, content } of parsed.data.added_tokens ?? []) tokens.set(id, content);
  return [...tokens].sort(([a], [b]) => a - b).map(([, token]) => token);
}

/** Equal hashes: the same tokens in the same order. */
export const vocabularyHash = (vocabulary: readonly string[]): string => sha256(vocabulary.join("\0"));

const SAMPLE = 1 << 20;

/** Of the config, and of each weight file its size, beginning and end: training changes them all. */
function fingerprintOf(folder: string, config: unknown): string {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const files = names.sort().map((name) => {
    const handle = fs.openSync(path.join(folder, name), "r");
    try {
      const { size } = fs.fstatSync(handle);
      const sample = (position: number): string => {
        const buffer = Buffer.alloc(Math.min(SAMPLE, size));
        fs.readSync(handle, buffer, 0, buffer.length, position);
        return sha256(buffer);
      };
      return [name, size, sample(0), sample(Math.max(0, size - SAMPLE))];
    } finally {
      fs.closeSync(handle);
    }
  });
  return sha256(canonicalJson({ config, files }));
}
