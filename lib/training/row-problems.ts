import { UserError } from "../base/index.ts";
import type { LabelledExample } from "../labels/index.ts";

/** Two answers to one prompt, each as a whole labelled row: the first is to be preferred (Rafailov et al. 2023). */
export interface PreferencePair {
  readonly id: string;
  readonly chosen: LabelledExample;
  readonly rejected: LabelledExample;
}

/** Why a row cannot be trained on; also the name under which dropped rows are counted. */
export type RowProblem = "too_long" | "empty_mask" | "equal_sides";
export type DroppedRows = Readonly<Partial<Record<RowProblem, number>>>;

interface Found {
  readonly problem: RowProblem;
  readonly message: string;
}

export interface RowLimits {
  readonly vocabulary: number;
  readonly context: number;
}

/** A token whose weight is 1 is the agent's own; the answers of a pair are compared on these alone. */
export const isOwn = (weight: number): boolean => weight === 1;

/** What a recipe may choose to drop. Throws `UserError` for a row that no recipe may hold: a foreign token, unequal lists. */
export function findRowProblem(row: LabelledExample, limits: RowLimits): Found | null {
  const { id, ids, weights } = row;
  if (weights.length !== ids.length)
    throw new UserError(`row ${id}: ${weights.length} weights for ${ids.length} tokens`);
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0)
    throw new UserError(`row ${id}: weight ${weights[bad]} of token ${bad}: a number of at least 0 is needed`);
  const foreign = ids.find((token) => !(Number.isInteger(token) && token >= 0 && token < limits.vocabulary));
  if (foreign !== undefined)
    throw new UserError(`row ${id}: token ${foreign} is outside the vocabulary of ${limits.vocabulary}`);
  if (ids.length - 1 > limits.context)
    return {
      problem: "too_long",
      message: `row ${id}: ${ids.length} tokens are longer than the model's context of ${limits.context}: raise max_position_embeddings or leave the row out`,
    };
  if (!weights.some((weight, t) => t > 0 && weight > 0))
    return { problem: "empty_mask", message: `row ${id}: every loss weight is 0, so nothing would be learnt` };
  return null;
}

/** As `findRowProblem`, for both sides; and sides that do not differ, which say nothing of what is preferred. */
export function findPairProblem(pair: PreferencePair, limits: RowLimits): Found | null {
  for (const side of ["chosen", "rejected"] as const) {
    const row = { ...pair[side], id: `${pair.id}, ${side}` };
    const found = findRowProblem(row, limits);
    if (found) return found;
    if (!row.weights.some((weight, t) => t > 0 && isOwn(weight)))
      return {
        problem: "empty_mask",
        message: `row ${row.id}: no token has weight 1, so there is no answer to compare`,
      };
  }
  const { chosen, rejected } = pair;
  if (
    chosen.ids.join() === rejected.ids.join() &&
    chosen.weights.map(isOwn).join() === rejected.weights.map(isOwn).join()
  )
    return { problem: "equal_sides", message: `pair ${pair.id}: chosen and rejected are equal` };
  return null;
}

/**
 * Passes on the rows that can be trained on. A row with a problem is an error that names it, or with `drop` is left out
 * and counted in `dropped`.
 */
export async function* usableRows<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  find: (row: Row) => Found | null,
  onBadRow: "error" | "drop",
  dropped: Partial<Record<RowProblem, number>>,
): AsyncGenerator<Row> {
  let kept = 0;
  for await (const row of rows) {
    const found = find(row);
    if (found === null) {
      kept++;
      yield row;
    } else if (onBadRow === "error") throw new UserError(found.message);
    else dropped[found.problem] = (dropped[found.problem] ?? 0) + 1;
  }
  if (kept > 0) return;
  const counts = Object.entries(dropped).map(([problem, count]) => `${count} ${problem}`);
  throw new UserError(`no rows to train on${counts.length > 0 ? `; dropped: ${counts.join(", ")}` : ""}`);
}
