import { Catalogue } from "./catalogue.ts";
import { NO_PRICE_LIMIT, type ShopGoal } from "./goal.ts";
import type { Product } from "./product.ts";

/** A product for tests; whatever is not given is plain. */
export function testProduct(given: Partial<Product> = {}): Product {
  const prices = given.prices ?? [20];
  return {
    asin: "W00000TEST",
    title: "Tall Reading Lamp",
    description: "A lamp for long evenings.",
    bullets: ["Soft light"],
    prices,
    price: prices[0] ?? 100,
    options: new Map(),
    attributes: ["soft light"],
    category: "garden",
    query: "floor lamps",
    productCategory: "Home › Lighting › Floor Lamps",
    rating: null,
    ...given,
  };
}

/** A goal that asks for `product`. */
export function testGoal(product: Product, given: Partial<ShopGoal> = {}): ShopGoal {
  return {
    id: "test-goal",
    asin: product.asin,
    instruction: "i need a tall reading lamp",
    wording: "synthetic",
    split: "test",
    source: "generated",
    category: product.category,
    query: product.query,
    name: product.title,
    productCategory: product.productCategory,
    attributes: product.attributes,
    options: [],
    priceUpper: NO_PRICE_LIMIT,
    weight: 1,
    ...given,
  };
}

export const testCatalogue = (...products: Product[]): Catalogue => new Catalogue(products);
