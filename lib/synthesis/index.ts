/** Making training data: agents play, what succeeds is kept. */
export { synthesise, type SynthesisOptions, type SynthesisReport, type SynthesisRow } from "./synthesise.ts";
export * from "./knowself/index.ts";
export * from "./planner/index.ts";
