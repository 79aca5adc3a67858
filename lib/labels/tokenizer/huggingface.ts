import { z } from "zod";
import { UserError } from "../../base/index.ts";
import type { TokenizerDefinition } from "./definition.ts";
import type { PreTokenizer } from "./patterns.ts";

/** The content of `tokenizer.json` for Python's `tokenizers` and `transformers`; they give the same ids. */
export function toHuggingFace(definition: TokenizerDefinition): Record<string, unknown> {
  const { patterns, gpt2, prefixSpace } = definition.preTokenizer;
  const byteLevel = { type: "ByteLevel", add_prefix_space: prefixSpace, trim_offsets: true, use_regex: gpt2 };
  const splits = patterns.map((Regex) => ({
    type: "Split",
    pattern: { Regex },
    behavior: "Isolated",
    invert: false,
  }));
  const inModel = definition.vocabulary.map((token, id) => [token, id] as const);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: definition.added.map(({ id, content, special }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special,
    })),
    normalizer: definition.normalize ? { type: "NFC" } : null,
    pre_tokenizer: splits.length > 0 ? { type: "Sequence", pretokenizers: [...splits, byteLevel] } : byteLevel,
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: definition.wholePieces,
      vocab: Object.fromEntries(inModel),
      merges: definition.merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}

const fileSchema = z.object({
  added_tokens: z
    .array(
      z.object({
        id: z.number().int().nonnegative(),
        content: z.string().min(1),
        special: z.boolean(),
        single_word: z.literal(false).optional(),
        lstrip: z.literal(false).optional(),
        rstrip: z.literal(false).optional(),
      }),
    )
    .default([]),
  normalizer: z.union([z.null(), z.object({ type: z.literal("NFC") })]).optional(),
  pre_tokenizer: z.unknown(),
  decoder: z.looseObject({ type: z.literal("ByteLevel") }),
  model: z.object({
    type: z.literal("BPE").optional(),
    dropout: z.null().optional(),
    continuing_subword_prefix: z.union([z.null(), z.literal("")]).optional(),
    end_of_word_suffix: z.union([z.null(), z.literal("")]).optional(),
    ignore_merges: z.boolean().optional(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});

const byteLevelSchema = z.object({
  type: z.literal("ByteLevel"),
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});
const splitSchema = z.object({
  type: z.literal("Split"),
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal("Isolated"),
  invert: z.literal(false).default(false),
});
const sequenceSchema = z.object({ type: z.literal("Sequence"), pretokenizers: z.array(z.unknown()).min(1) });

/**
 * Reads the content of a `tokenizer.json`. Post-processors are not read: `encode` never adds tokens by itself.
 * @param name file, for messages
 */
export function fromHuggingFace(value: unknown, name: string): TokenizerDefinition {
  const file = check(fileSchema, value, name, "");
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(file.model.vocab)) vocabulary[id] = token;
  for (const { content, id } of file.added_tokens) vocabulary[id] = content;
  for (let id = 0; id < vocabulary.length; id++) {
    if (vocabulary[id] === undefined) throw new UserError(`${name}: no token has id ${id}; ids must have no gap`);
  }
  return {
    vocabulary,
    merges: file.model.merges.map((merge) => {
      const pair = typeof merge === "string" ? merge.split(" ") : merge;
      if (pair.length !== 2) throw new UserError(`${name}: merge ${JSON.stringify(merge)} is not a pair of tokens`);
      return [pair[0], pair[1]] as const;
    }),
    added: file.added_tokens.map(({ id, content, special }) => ({ id, content, special })),
    preTokenizer: readPreTokenizer(file.pre_tokenizer, name),
    wholePieces: file.model.ignore_merges ?? false,
    normalize: file.normalizer != null,
  };
}

function readPreTokenizer(value: unknown, name: string): PreTokenizer {
  const sequence = sequenceSchema.safeParse(value);
  const steps = sequence.success ? sequence.data.pretokenizers : [value];
  const byteLevel = check(byteLevelSchema, steps.at(-1), name, "pre_tokenizer: the last step must be ByteLevel: ");
  const splits = steps.slice(0, -1).map((step) => check(splitSchema, step, name, "pre_tokenizer: "));
  if (byteLevel.add_prefix_space && splits.length > 0) {
    throw new UserError(`${name}: pre_tokenizer: add_prefix_space after Split is not supported`);
  }
  return {
    patterns: splits.map(({ pattern }) => pattern.Regex),
    gpt2: byteLevel.use_regex,
    prefixSpace: byteLevel.add_prefix_space,
  };
}

function check<T extends z.ZodType>(schema: T, value: unknown, name: string, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const bad = issue.path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key], value);
  throw new UserError(
    `${name}: ${where}${issue.path.join(".")}: ${issue.message} (found ${(JSON.stringify(bad) ?? "nothing").slice(0, 120)}); ` +
      `only byte-level BPE tokenizers are supported`,
  );
}
