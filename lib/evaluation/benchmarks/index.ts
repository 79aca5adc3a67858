/** Published results as data, each with its source, to be put beside ours and never among them. */
export * from "./beside-paper.ts";
export * from "./knowself.ts";
