import { chatOutcome } from "./chat/outcome.ts";
import { knowSelfOutcome } from "./knowself/outcome.ts";
import { plannerOutcome } from "./planner/outcome.ts";
import type { Recipe } from "./recipe.ts";
import type { SummaryBlock } from "./report/index.ts";
import type { Run } from "./run.ts";
import { walkOutcome } from "./walk-outcome.ts";

/** What came out of an experiment: for `results.json`, for the terminal, and for the report. */
export interface Outcome {
  /** Every figure of the report, for programs. */
  readonly results: object;
  /** The main table, for people. */
  readonly table: readonly Record<string, string | number>[];
  readonly caption: string;
  /** Markdown before the table: what was done, and what it is not. */
  readonly introduction: string;
  /** The report's blocks behind the table. */
  readonly blocks: readonly SummaryBlock[];
}

/** The outcome of finished runs of a recipe. */
export function outcomeOf(recipe: Recipe, runs: readonly Run[]): Promise<Outcome> {
  if (runs[0].settings.planner) return plannerOutcome(recipe, runs);
  if (runs[0].settings.chat) return chatOutcome(recipe, runs);
  return runs[0].settings.knowself ? knowSelfOutcome(recipe, runs) : walkOutcome(recipe, runs);
}
