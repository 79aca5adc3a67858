import type { OnProgress } from "../../base/index.ts";
import { UserError } from "../../base/index.ts";
import { SPECIAL_TOKENS } from "../specials.ts";
import { BYTE_CHARACTERS, toByteCharacters } from "./bytes.ts";
import { Heap } from "./heap.ts";
import { createSplitter, UNIT_PATTERN, type PreTokenizer } from "./patterns.ts";
import { pruneIntermediates } from "./prune.ts";
import { BpeTokenizer } from "./tokenizer.ts";

export interface TrainTokenizerOptions {
  /**
   * Most ids while training, control tokens, the 256 bytes and intermediates included. Training ends earlier where
   * every unit is one token.
   */
  readonly vocabularySize: number;
  /** Pairs that occur less often are not merged. Default 1: every unit becomes one token where there is room. */
  readonly minimumFrequency?: number;
  /** Control tokens, in the order of their ids. Default `SPECIAL_TOKENS`. */
  readonly specials?: readonly string[];
  /** What is one token where there is room, in the syntax of Hugging Face's `Split`. Default: Waymark's units. */
  readonly pattern?: string;
  /** Keep tokens that only served as steps to a longer one. Default false: see `pruneIntermediates`. */
  readonly keepIntermediates?: boolean;
  /** Called while merging. */
  readonly onProgress?: OnProgress;
}

/**
 * Trains byte-level BPE on texts without control tokens. Units are words with their number (" cabinet 3"), so with
 * enough room every frequent unit becomes one token. The result depends only on the multiset of units: ties go to the
 * pair with the lower ids, as in Python's `tokenizers`.
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): BpeTokenizer {
  const { vocabularySize, minimumFrequency = 1, keepIntermediates = false, onProgress } = options;
  const { specials = SPECIAL_TOKENS, pattern = UNIT_PATTERN } = options;
  const vocabulary: string[] = [...specials, ...[...BYTE_CHARACTERS].sort()];
  if (!(vocabularySize >= vocabulary.length)) {
    throw new UserError(`vocabularySize ${vocabularySize}: at least ${vocabulary.length} (control tokens and bytes)`);
  }
  const preTokenizer: PreTokenizer = { patterns: [pattern], gpt2: false, prefixSpace: false };
  const counts = countPieces(texts, createSplitter(preTokenizer, "tokenizer"));
  const merges = learnMerges(counts, vocabulary, vocabularySize, minimumFrequency, onProgress);
  const tokenizer = new BpeTokenizer({
    vocabulary,
    merges,
    added: specials.map((content, id) => ({ id, content, special: true })),
    preTokenizer,
    wholePieces: false,
    normalize: false,
  });
  return keepIntermediates ? tokenizer : pruneIntermediates(tokenizer, counts.keys());
}

function countPieces(texts: Iterable<string>, split: (text: string) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of split(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return counts;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** Appends the new tokens to `vocabulary` and returns the merges in order. */
function learnMerges(
  pieces: ReadonlyMap<string, number>,
  vocabulary: string[],
  vocabularySize: number,
  minimumFrequency: number,
  onProgress: OnProgress | undefined,
): [string, string][] {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const words: { tokens: number[]; readonly count: number }[] = [];
  for (const [piece, count] of pieces) {
    words.push({ tokens: Array.from(toByteCharacters(piece), (c) => ids.get(c) as number), count });
  }
  const keyOf = (left: number, right: number): number => left * vocabularySize + right;
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const changed = new Set<number>();
  const change = (left: number, right: number, by: number, word: number): void => {
    const key = keyOf(left, right);
    counts.set(key, (counts.get(key) ?? 0) + by);
    if (by > 0) {
      const set = places.get(key);
      if (set) set.add(word);
      else places.set(key, new Set([word]));
    }
    changed.add(key);
  };
  const queue = new Heap<Pair>(
    (a, b) =>
      a.count > b.count || (a.count === b.count && (a.left < b.left || (a.left === b.left && a.right < b.right))),
  );
  const flush = (): void => {
    for (const key of changed) {
      const right = key % vocabularySize;
      queue.push({ left: (key - right) / vocabularySize, right, count: counts.get(key) ?? 0 });
    }
    changed.clear();
  };
  words.forEach(({ tokens, count }, word) => {
    for (let i = 0; i + 1 < tokens.length; i++) change(tokens[i], tokens[i + 1], count, word);
  });
  flush();

  const merges: [string, string][] = [];
  const start = vocabulary.length;
  while (vocabulary.length < vocabularySize) {
    const best = queue.pop();
    if (!best || best.count < 1 || best.count < minimumFrequency) break;
    const { left, right, count } = best;
    const key = keyOf(left, right);
    if (count !== counts.get(key)) continue; // the count has changed since; its newer entry is in the queue
    const text = vocabulary[left] + vocabulary[right];
    let id = ids.get(text);
    if (id === undefined) {
      id = vocabulary.length;
      vocabulary.push(text);
      ids.set(text, id);
    }
    merges.push([vocabulary[left], vocabulary[right]]);
    for (const word of places.get(key) ?? []) {
      const { tokens, count: times } = words[word];
      const joined = join(tokens, left, right, id);
      if (joined.length === tokens.length) continue;
      for (let i = 0; i + 1 < tokens.length; i++) change(tokens[i], tokens[i + 1], -times, word);
      for (let i = 0; i + 1 < joined.length; i++) change(joined[i], joined[i + 1], times, word);
      words[word].tokens = joined;
    }
    places.delete(key);
    flush();
    if (merges.length % 100 === 0) onProgress?.({ done: vocabulary.length - start, total: vocabularySize - start });
  }
  onProgress?.({ done: vocabularySize - start, total: vocabularySize - start, note: `${vocabulary.length} tokens` });
  return merges;
}

/** `tokens` with every `left right` replaced by `id`, from the left. */
function join(tokens: readonly number[], left: number, right: number, id: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      out.push(id);
      i++;
    } else out.push(tokens[i]);
  }
  return out;
}
