/** A shop of our own: products and goals drawn from the vocabulary in data/shop. */
export { createShopGenerator, type ShopGeneratorOptions, type ShopSource, type ShopSplit } from "./generator.ts";
export { generateProducts } from "./products.ts";
export { SHOP_FILES } from "./vocabulary.ts";
