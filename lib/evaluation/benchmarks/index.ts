/** Benchmarks: metrics and judges, and published results as data, each with its source, to be put beside ours, never among them. */
export * from "./beside-paper.ts";
export * from "./knowself.ts";
export * from "./planner-judge.ts";
export * from "./planner-metrics.ts";
export * from "./planner-published.ts";
export * from "./planner-scripted-judge.ts";
export * from "./planner-t-test.ts";
