import type { BpeTokenizer } from "../../labels/index.ts";

/** A vocabulary in the terms of GGUF's `tokenizer.ggml.*`. */
export interface GgufVocabulary {
  /** `gpt2`: byte-level BPE. `rwkv`: the longest token that fits, again and again. */
  readonly model: "gpt2" | "rwkv";
  /** llama.cpp's name of the pattern that cuts text before the merges. */
  readonly pre?: string;
  readonly tokens: readonly string[];
  /** 1 normal, 3 control, 4 added word. */
  readonly types: readonly number[];
  readonly merges?: readonly string[];
}

const NORMAL = 1;
const CONTROL = 3;
const ADDED = 4;

/** Patterns of Hugging Face's `Split` that llama.cpp knows, by its names for them. */
const KNOWN_PATTERNS: Readonly<Record<string, string>> = {
  [String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`]:
    "llama-bpe",
  [String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`]:
    "qwen2",
};

/**
 * How llama.cpp is to tokenize. It knows pre-tokenizer patterns by name only, and none that keeps a word and its number
 * (" cabinet 3") together. Such a tokenizer is written as one that takes the longest token (`rwkv`): the same wherever
 * every unit of the text is one token, see `longestMatch`.
 */
export function ggufVocabulary(tokenizer: BpeTokenizer): GgufVocabulary {
  const { vocabulary, merges, added, preTokenizer } = tokenizer.definition;
  const { patterns, gpt2 } = preTokenizer;
  const special = new Map(added.map((token) => [token.id, token.special ? CONTROL : ADDED]));
  const types = vocabulary.map((_, id) => special.get(id) ?? NORMAL);
  const pre = gpt2 && patterns.length === 0 ? "gpt-2" : patterns.length === 1 ? KNOWN_PATTERNS[patterns[0]] : undefined;
  if (pre !== undefined) {
    const pairs = merges.map(([left, right]) => `${left} ${right}`);
    return { model: "gpt2", pre, tokens: vocabulary, types, merges: pairs };
  }
  const tokens = vocabulary.map((_, id) => escapeBytes(tokenizer.tokenBytes(id)));
  return { model: "rwkv", tokens, types };
}

/** A token's bytes as `rwkv` vocabularies spell them: printable ASCII, the others as \xHH. */
function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte === 0x5c
      ? "\\\\"
      : byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

/** A function that tokenizes text as llama.cpp does with an `rwkv` vocabulary: the longest token that fits comes next. */
export function longestMatch(tokenizer: BpeTokenizer): (text: string) => number[] {
  const ids = new Map<string, number>();
  let longest = 0;
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = Buffer.from(tokenizer.tokenBytes(id)).toString("latin1");
    ids.set(bytes, id);
    longest = Math.max(longest, bytes.length);
  }
  return (text) => {
    const bytes = Buffer.from(text, "utf8").toString("latin1");
    const found: number[] = [];
    for (let at = 0; at < bytes.length;) {
      let length = Math.min(longest, bytes.length - at);
      while (length > 1 && !ids.has(bytes.slice(at, at + length))) length--;
      found.push(ids.get(bytes.slice(at, at + length)) as number); // each byte is a token
      at += length;
    }
    return found;
  };
}
