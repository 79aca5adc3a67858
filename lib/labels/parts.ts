import type { Tokenizer } from "./tokenizer/index.ts";

/**
 * What tokens share in the embedding: " cabinet 3" has the type part "cabinet" and the number part "3", " cabinet" the
 * type part alone. Index 0 means "no part".
 */
export interface EmbeddingParts {
  /** Type part of each token id. */
  readonly types: Int32Array;
  /** Number part of each token id. */
  readonly numbers: Int32Array;
  /** Type indices, index 0 included. */
  readonly typeCount: number;
  /** Number indices, index 0 included. */
  readonly numberCount: number;
}

const UNIT = /^ (\p{L}+)(?: (\d+))?$/u;

/** Reads the parts from the token texts. */
export function embeddingParts(tokenizer: Tokenizer): EmbeddingParts {
  const types = new Int32Array(tokenizer.size);
  const numbers = new Int32Array(tokenizer.size);
  const typeIndex = new Map<string, number>();
  const numberIndex = new Map<string, number>();
  for (let id = 0; id < tokenizer.size; id++) {
    const [, type, number] = tokenizer.isSpecial(id) ? [] : (UNIT.exec(tokenizer.tokenText(id)) ?? []);
    if (type !== undefined) types[id] = indexOf(typeIndex, type);
    if (number !== undefined) numbers[id] = indexOf(numberIndex, number);
  }
  return { types, numbers, typeCount: typeIndex.size + 1, numberCount: numberIndex.size + 1 };
}

/** Index from 1, in the order of first use. */
function indexOf(indices: Map<string, number>, key: string): number {
  const known = indices.get(key);
  if (known !== undefined) return known;
  indices.set(key, indices.size + 1);
  return indices.size;
}
