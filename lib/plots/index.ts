/** Figures as plain plotly JSON, and the trajectory viewer: rows in, something to look at out. Nothing here draws. */
export * from "./browser.ts";
export * from "./composition.ts";
export * from "./distributions.ts";
export * from "./knowself.ts";
export { taskLabel } from "./labels.ts";
export * from "./learning.ts";
export * from "./lens.ts";
export * from "./mask.ts";
export * from "./planner.ts";
export * from "./results.ts";
export { figure, PALETTE, type Axis, type Figure, type FigureOptions } from "./theme.ts";
export * from "./training.ts";
export * from "./vocabulary.ts";
