export * from "./environment.ts";
export * from "./household/index.ts";
export * from "./shop/index.ts";
