/** Scripted shoppers. */
export { Shopper, type ShopperOptions } from "./shopper.ts";
