import type { Product } from "./product.ts";
import { ShopSearch } from "./search.ts";

/** The products of a shop and their search engine; many environments share one. */
export class Catalogue {
  readonly products: readonly Product[];
  readonly search: ShopSearch;
  readonly #byAsin: ReadonlyMap<string, Product>;

  constructor(products: readonly Product[]) {
    this.products = products;
    this.search = new ShopSearch(products);
    this.#byAsin = new Map(products.map((product) => [product.asin, product]));
  }

  product(asin: string): Product | undefined {
    return this.#byAsin.get(asin);
  }
}
