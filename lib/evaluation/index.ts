/** Playing agents, and what came of it: result rows, intervals, failure classes, statistics of trajectories. */
export * from "./benchmarks/index.ts";
export * from "./compare-arms.ts";
export * from "./failures.ts";
export * from "./knowself-table.ts";
export * from "./lens.ts";
export * from "./play.ts";
export * from "./play-chat.ts";
export * from "./rows.ts";
export * from "./statistics.ts";
export type { KnowledgeSource } from "./student-driver.ts";
export * from "./teacher-forcing.ts";
export * from "./trajectory-statistics.ts";
