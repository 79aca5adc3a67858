import { contentWords, readWish, tokenSetRatio, type ShopWish } from "../../environments/index.ts";

/** What a shopper knows of a product from the pages it has read. */
export interface KnownProduct {
  readonly asin: string;
  readonly title: string;
  readonly price: number;
  /** Its place among all products seen, 0 first. */
  readonly rank: number;
  /** Null until its page was opened. */
  readonly options: ReadonlyMap<string, readonly string[]> | null;
  /** Texts of its sub pages. */
  readonly texts: readonly string[];
}

export interface Fit {
  /** At most 1: how well the product answers the wish; what was not read yet counts by chance. */
  readonly score: number;
  /** What it lacks, in words; empty where it has all. */
  readonly lacks: readonly string[];
  /** It lacks an option or is too dear, which no further reading can mend. */
  readonly hopeless: boolean;
  /** The options to choose, in the order of the page. */
  readonly choices: readonly (readonly [name: string, value: string])[];
}

/* How much of a wish counts as missed while the features are unread, and of an option while the page is unopened. */
const UNREAD_WORD = 0.5;
const UNSEEN_OPTION = 0.5;

/** Compares products with a goal sentence, by words and pairs of words alone. */
export class WishReader {
  readonly wish: ShopWish;
  readonly #words: readonly string[];
  readonly #pairs: readonly string[];
  readonly #sentence: string;

  constructor(instruction: string) {
    this.wish = readWish(instruction);
    this.#words = contentWords(this.wish.wish);
    this.#pairs = wordPairs(this.wish.wish);
    this.#sentence = spaced(this.wish.wish);
  }

  fit(product: KnownProduct): Fit {
    const { priceUpper, options: stated } = this.wish;
    const choices = this.#choices(product);
    const texts = [product.title, ...product.texts, ...choices.map(([, value]) => value)];
    const known = new Set(texts.flatMap((text) => contentWords(text).map(stem)));
    const knownPairs = new Set(texts.flatMap(wordPairs));
    const missing = this.#words.filter((word) => !known.has(stem(word)));
    const missingPairs = this.#pairs.filter((pair) => !knownPairs.has(pair));
    const absent =
      product.options === null ? [] : stated.filter(({ name }) => !choices.some((choice) => choice[0] === name));
    const dear = priceUpper !== null && product.price > priceUpper;
    const words = (missing.length + missingPairs.length) * (product.texts.length === 0 ? UNREAD_WORD : 1);
    const options = 2 * (product.options === null ? UNSEEN_OPTION * stated.length : absent.length);
    const parts = this.#words.length + this.#pairs.length + 2 * stated.length + 2;
    const lacks = [
      ...missing,
      ...absent.map(({ name, value }) => `${name} ${value}`),
      ...(dear ? ["a low price"] : []),
    ];
    return {
      score: 1 - (words + options + (dear ? 2 : 0)) / parts,
      lacks,
      hopeless: dear || absent.length > 0,
      choices,
    };
  }

  #choices(product: KnownProduct): [string, string][] {
    return [...(product.options ?? [])].flatMap(([name, values]): [string, string][] => {
      const value = this.#choice(name, values);
      return value === null ? [] : [[name, value]];
    });
  }

  /** The value that the goal states for this option; where it states none by name, the longest that it mentions. */
  #choice(name: string, values: readonly string[]): string | null {
    const stated = this.wish.options.find((option) => option.name === name);
    if (stated) return values.includes(stated.value) ? stated.value : closest(stated.value, values);
    const mentioned = values.filter((value) => spaced(value) !== " " && this.#sentence.includes(spaced(value)));
    return mentioned.sort((a, b) => b.length - a.length)[0] ?? null;
  }
}

/** The value most like `wanted`, where one is like it at all. */
function closest(wanted: string, values: readonly string[]): string | null {
  const scored = values.map((value) => ({ value, score: tokenSetRatio(value, wanted) }));
  const best = scored.sort((a, b) => b.score - a.score)[0];
  return best && best.score > 85 ? best.value : null;
}

/** Words between blanks, so that "7" is not found in "7.5". */
const spaced = (text: string): string =>
  ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’.][\p{L}\p{N}]+)*/gu) ?? []).join(" ")} `;

/** Plural and singular alike. */
const stem = (word: string): string =>
  word.replace(/(?<=[a-z]{3})(?:es|s)$/, "").replace(/(?<=[a-z]{3})(?:ies|y)$/, "i");

/** Neighbouring words of a clause that both say something. */
function wordPairs(text: string): string[] {
  return text.split(/[,;:|.]\s/).flatMap((clause) => {
    const words = contentWords(clause).map(stem);
    return words.slice(1).map((word, index) => `${words[index]} ${word}`);
  });
}
