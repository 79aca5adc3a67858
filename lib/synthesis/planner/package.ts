import { studentPlan, studentPrompt } from "../../agents/index.ts";
import { createRandom, pythonJson } from "../../base/index.ts";
import { mistralText } from "../../trajectory/index.ts";
import type { PlannerEvaluation, PlannerRecord } from "./record.ts";

/** A row that a planner is trained on: what it is asked, what it should say, and both as Mistral's chat text. */
export interface PlannerRow {
  readonly prompt: string;
  readonly target: string;
  readonly text: string;
}

/** One row a step of the episode, in bot-with-plan's form (`simulation/data/package.py`), equal to it to the byte. */
export function episodeRows({ request, steps }: Pick<PlannerRecord, "request" | "steps">): PlannerRow[] {
  const past = steps.map(({ plan: { task }, result }) => ({ task, result }));
  return steps.map(({ plan }, i) => {
    const prompt = studentPrompt(request.request, past.slice(0, i));
    const target = pythonJson(studentPlan(plan));
    return { prompt, target, text: mistralText(prompt, target) };
  });
}

/** A line of the packaged file. */
export const rowLine = (row: PlannerRow): string => `${pythonJson(row)}\n`;

export interface JudgedRecord {
  readonly record: PlannerRecord;
  /** Absent: the judge gave none, or the episode was not finished. */
  readonly evaluation?: PlannerEvaluation;
}

export interface Packaged {
  readonly rows: readonly PlannerRow[];
  /** Episodes whose rows were taken. */
  readonly kept: number;
  readonly unfinished: number;
  readonly notEvaluated: number;
  readonly lowRated: number;
}

/**
 * The rows of finished episodes whose final answer is rated `threshold` or better; all steps of such an episode are taken,
 * whatever their own ratings, as in bot-with-plan.
 */
export function packageRows(judged: Iterable<JudgedRecord>, threshold = 4): Packaged {
  const rows: PlannerRow[] = [];
  const counts = { kept: 0, unfinished: 0, notEvaluated: 0, lowRated: 0 };
  for (const { record, evaluation } of judged) {
    if (record.stop !== "final_answer") counts.unfinished++;
    else if (evaluation === undefined) counts.notEvaluated++;
    else if (evaluation.final_answer_rating < threshold) counts.lowRated++;
    else {
      counts.kept++;
      rows.push(...episodeRows(record));
    }
  }
  return { rows, ...counts };
}

/**
 * Rows in random order, `validationSize` of them set apart. As in bot-with-plan rows are drawn one by one, so that steps
 * of one episode can stand on both sides: this loss shows over-fitting late. The order is ours, not that of its library.
 */
export function splitRows<T>(rows: readonly T[], seed: number | string = 0, validationSize = 30) {
  if (rows.length <= validationSize)
    throw new RangeError(`${rows.length} rows are too few to set ${validationSize} of them apart for validation`);
  const shuffled = createRandom(seed, "planner/rows").shuffle(rows);
  return { train: shuffled.slice(validationSize), validation: shuffled.slice(0, validationSize) };
}
