export * from "./environment.ts";
export * from "./household/index.ts";
