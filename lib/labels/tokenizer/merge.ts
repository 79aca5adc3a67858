import { Heap } from "./heap.ts";

/** Ranks and results of merges, by pair of token ids. */
export class MergeTable {
  readonly #entries = new Map<number, { readonly rank: number; readonly id: number }>();
  readonly #size: number;

  /** @param size number of token ids */
  constructor(size: number, merges: readonly { left: number; right: number; id: number }[]) {
    this.#size = size;
    merges.forEach(({ left, right, id }, rank) => {
      const key = left * size + right;
      if (!this.#entries.has(key)) this.#entries.set(key, { rank, id });
    });
  }

  /**
   * Applies the merges to one piece: always the pair of lowest rank, of equals the leftmost. O(n log n).
   * @param ids token ids of the piece's bytes
   */
  apply(ids: readonly number[]): number[] {
    const tokens = [...ids];
    const next = tokens.map((_, i) => i + 1);
    const previous = tokens.map((_, i) => i - 1);
    const queue = new Heap<Candidate>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at));
    const consider = (at: number): void => {
      const right = next[at];
      if (at < 0 || right >= tokens.length) return;
      const entry = this.#entries.get(tokens[at] * this.#size + tokens[right]);
      if (entry) queue.push({ rank: entry.rank, at, left: tokens[at], right: tokens[right], id: entry.id });
    };
    for (let at = 0; at < tokens.length; at++) consider(at);
    for (let best = queue.pop(); best; best = queue.pop()) {
      const { at, left, right, id } = best;
      const other = next[at];
      // An entry is stale once one of its two tokens has been merged away (marked -1) or replaced.
      if (tokens[at] !== left || other >= tokens.length || tokens[other] !== right) continue;
      tokens[at] = id;
      tokens[other] = -1;
      next[at] = next[other];
      if (next[at] < tokens.length) previous[next[at]] = at;
      consider(at);
      if (previous[at] >= 0) consider(previous[at]);
    }
    return tokens.filter((token) => token >= 0);
  }
}

interface Candidate {
  readonly rank: number;
  readonly at: number;
  readonly left: number;
  readonly right: number;
  readonly id: number;
}
