/** WebShop in TypeScript: pages, search and reward; a generated catalogue, and the published products and goals. */
export { clickAction, readShopAction, type ShopAction } from "./action.ts";
export { Catalogue } from "./catalogue.ts";
export { tokenSetRatio } from "./fuzzy.ts";
export * from "./generator/index.ts";
export { NO_PRICE_LIMIT, type GoalOption, type GoalWording, type ShopGoal } from "./goal.ts";
export * from "./load.ts";
export { nounsOf } from "./nouns.ts";
export type { ObservationMode } from "./pieces.ts";
export { priceTag, type Product } from "./product.ts";
export * from "./read.ts";
export { shopReward, type ShopReward } from "./reward.ts";
export { Shop, type ShopOptions } from "./shop.ts";
