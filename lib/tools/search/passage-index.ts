import MiniSearch from "minisearch";
import type { Passage } from "./passage.ts";

export interface Hit {
  readonly passage: Passage;
  readonly score: number;
}

/** Finds passages; the best first. */
export interface Search {
  search(query: string, count: number, signal?: AbortSignal): Promise<readonly Hit[]>;
}

const STOP_WORDS = new Set(
  (
    "a an and are as at be by did do does for from had has have how in is it its of on or s that the their there this to " +
    "was were what when where which who whom whose why will with"
  ).split(" "),
);

/** Lower-case words without accents; null for words that say nothing. */
export function termOf(word: string): string | null {
  const term = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return term === "" || STOP_WORDS.has(term) ? null : term;
}

/** BM25 over title (counted twice) and text, in memory. */
export class PassageIndex implements Search {
  readonly #passages: readonly Passage[];
  readonly #index: MiniSearch<{ id: number; title: string; text: string }>;

  constructor(passages: readonly Passage[]) {
    this.#passages = passages;
    this.#index = new MiniSearch({ fields: ["title", "text"], processTerm: termOf });
    this.#index.addAll(passages.map(({ title, text }, id) => ({ id, title, text })));
  }

  get size(): number {
    return this.#passages.length;
  }

  search(query: string, count: number): Promise<readonly Hit[]> {
    const found = this.#index.search(query.slice(0, 1000), { boost: { title: 2 } });
    // Equal scores in the order of the passages, so that equal input gives equal output.
    found.sort((a, b) => b.score - a.score || Number(a.id) - Number(b.id));
    return Promise.resolve(
      found.slice(0, count).map(({ id, score }) => ({ passage: this.#passages[Number(id)], score })),
    );
  }
}
