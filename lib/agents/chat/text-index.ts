/** How often each word of a text occurs. */
function wordCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Texts that are found by likeness: the cosine of word counts, rare words weighing more (tf-idf). Needs no model. */
export class TextIndex {
  readonly #counts: readonly ReadonlyMap<string, number>[];
  readonly #documents = new Map<string, number>();

  constructor(texts: readonly string[]) {
    this.#counts = texts.map(wordCounts);
    for (const counts of this.#counts)
      for (const word of counts.keys()) this.#documents.set(word, (this.#documents.get(word) ?? 0) + 1);
  }

  /** Positions of the texts and their likeness to `query` in [0, 1], the most alike first, of equals the first. */
  nearest(query: string): { readonly index: number; readonly likeness: number }[] {
    const asked = wordCounts(query);
    const length = this.#length(asked);
    return this.#counts
      .map((counts, index) => {
        let product = 0;
        for (const [word, count] of asked) product += count * (counts.get(word) ?? 0) * this.#weight(word) ** 2;
        const lengths = length * this.#length(counts);
        return { index, likeness: lengths > 0 ? product / lengths : 0 };
      })
      .sort((a, b) => b.likeness - a.likeness || a.index - b.index);
  }

  #weight(word: string): number {
    return Math.log(1 + (this.#counts.length + 1) / ((this.#documents.get(word) ?? 0) + 1));
  }

  #length(counts: ReadonlyMap<string, number>): number {
    let sum = 0;
    for (const [word, count] of counts) sum += (count * this.#weight(word)) ** 2;
    return Math.sqrt(sum);
  }
}
