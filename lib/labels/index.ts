/** From trajectories to training rows: tokenizer, chat template, loss masks, and how to see them. */
export * from "./examples.ts";
export * from "./knowself/index.ts";
export { withGuards, withoutGuards } from "./jinja-template.ts";
export * from "./label-file.ts";
export * from "./parts.ts";
export * from "./source-colours.ts";
export * from "./specials.ts";
export * from "./statistics.ts";
export * from "./strip.ts";
export * from "./template.ts";
export * from "./tokenizer/index.ts";
export * from "./units.ts";
export * from "./weights.ts";
