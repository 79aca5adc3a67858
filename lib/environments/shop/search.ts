import MiniSearch from "minisearch";
import type { Product } from "./product.ts";

/** As many products as WebShop's engine returns. */
const MOST = 50;

/** What WebShop indexes of a product, as one text. */
export function searchText({ title, description, bullets, options }: Product): string {
  const choices = [...options].map(([name, values]) => `${name}: ${values.join(", ")}`).join(", and ");
  return [title, description, bullets[0] ?? "", choices].join(" ").toLowerCase();
}

/**
 * Full-text search over a catalogue, ranked by BM25+ with MiniSearch's own settings. WebShop's engine is Lucene through
 * pyserini: it reduces words to stems, leaves out stop words and ranks by plain BM25 with other settings, so the same words find
 * similar products in another order.
 */
export class ShopSearch {
  readonly #products: readonly Product[];
  #index: MiniSearch | null = null;

  constructor(products: readonly Product[]) {
    this.#products = products;
  }

  /** The best products for these words, at most 50, best first. Any text is words: there is no query language. */
  find(words: string): Product[] {
    this.#index ??= this.#build();
    const found = this.#index.search(words).slice(0, MOST);
    return found.map(({ id }) => this.#products[id as number]);
  }

  #build(): MiniSearch {
    const index = new MiniSearch({ fields: ["text"] });
    index.addAll(this.#products.map((product, id) => ({ id, text: searchText(product) })));
    return index;
  }
}
