import {
  episodeRows,
  plannerTrajectory,
  type PlannerEvaluation,
  type PlannerRecord,
  type PlannerRow,
} from "../../synthesis/index.ts";
import { tokenStripHtml, tokenStripText } from "../../labels/index.ts";
import type { Run } from "../run.ts";
import { labelRow, plannerTokenizer } from "./labels.ts";

export { runStages } from "../knowself/views.ts";
export { plannerTrajectory, episodeRows };

/** What the notebook shows. */

/** A packaged row token by token, as it is trained on. Throws where it is longer than the recipe allows. */
export function rowStrip(run: Run, row: PlannerRow): { html: string; plain: string } {
  const tokenizer = plannerTokenizer(run);
  const labelled = labelRow(run, tokenizer, row, 0);
  if (labelled.kind === "too_long") throw new Error(`the row has ${labelled.length} tokens`);
  return { html: tokenStripHtml(labelled.example, tokenizer), plain: tokenStripText(labelled.example, tokenizer) };
}

/** An episode step by step, with the judge's ratings where it gave any. */
export const stepTable = (
  { steps }: PlannerRecord,
  evaluation?: PlannerEvaluation,
): Record<string, string | number>[] =>
  steps.map(({ plan, result, failure }, i) => ({
    step: i + 1,
    thoughts: plan.thoughts,
    task: plan.task,
    tool: plan.selected_tool,
    result,
    failure: failure ?? "",
    "task rating": evaluation?.steps[i]?.task_rating ?? "",
    "tool rating": evaluation?.steps[i]?.tool_rating ?? "",
    "result rating": evaluation?.steps[i]?.result_rating ?? "",
  }));

/** The first of the items that satisfies the condition. Throws where there is none. */
export async function firstOf<T>(items: AsyncIterable<T>, condition: (item: T) => boolean = () => true): Promise<T> {
  for await (const item of items) if (condition(item)) return item;
  throw new Error("none of them is such");
}
