import type { PreTokenizer } from "./patterns.ts";

/** A token that is not made by merges: a control token (`special`) or a word added to the vocabulary. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** All that determines a byte-level BPE tokenizer; `tokenizer.json` holds the same. */
export interface TokenizerDefinition {
  /** Tokens by id: byte-level characters ("Ġcabinet"), added tokens literally. */
  readonly vocabulary: readonly string[];
  /** Pairs of tokens in the order of their rank. */
  readonly merges: readonly (readonly [string, string])[];
  readonly added: readonly AddedToken[];
  readonly preTokenizer: PreTokenizer;
  /** A piece that is itself in the vocabulary is taken whole, merges or not (`ignore_merges`). */
  readonly wholePieces: boolean;
  /** Unicode normal form C before everything else. */
  readonly normalize: boolean;
}
