/** Benchmarks: metrics and judges, and published results as data, each with its source, to be put beside ours, never among them. */
export * from "./answer-match.ts";
export * from "./answer-reader.ts";
export * from "./beside-paper.ts";
export * from "./hotpotqa.ts";
export * from "./knowself.ts";
export * from "./planner-agreement.ts";
export * from "./planner-generalisation.ts";
export * from "./planner-judge.ts";
export * from "./planner-metrics.ts";
export * from "./planner-published.ts";
export * from "./planner-questions.ts";
export * from "./planner-scripted-judge.ts";
export * from "./planner-t-test.ts";
