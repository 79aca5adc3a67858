import * as path from "node:path";
import type { LabelledExample } from "../labels/index.ts";
import { sftRecipeSchema, type SftRecipeInput } from "./recipe.ts";
import { findRowProblem, usableRows, type DroppedRows, type RowProblem } from "./row-problems.ts";
import { storeRows, type RowKind } from "./row-source.ts";
import { sftObjective } from "./sft-objective.ts";
import { train, type TrainingOutcome, type TrainingTask } from "./train.ts";

export interface SftOptions extends TrainingTask {
  /** Read once, in a stream; they wait on disk for their turn. */
  readonly rows: AsyncIterable<LabelledExample> | Iterable<LabelledExample>;
  readonly recipe: SftRecipeInput;
}

export interface SftResult extends TrainingOutcome {
  /** Rows left out, by reason. */
  readonly dropped: DroppedRows;
}

/** How rows of supervised fine-tuning are counted. */
export const rowKind: RowKind<LabelledExample> = { length: ({ ids }) => ids.length, tokens: ({ ids }) => ids.length };

/**
 * Supervised fine-tuning on labelled rows, see `train`. Throws `UserError` for a row that does not fit the model, unless
 * the recipe drops such rows.
 */
export async function trainSft(options: SftOptions): Promise<SftResult> {
  const { model, folder } = options;
  const recipe = sftRecipeSchema.parse(options.recipe);
  const { vocab_size: vocabulary, max_position_embeddings: context } = model.config;
  const dropped: Partial<Record<RowProblem, number>> = {};
  const usable = usableRows(
    options.rows,
    (row) => findRowProblem(row, { vocabulary, context }),
    recipe.onBadRow,
    dropped,
  );
  const rows = await storeRows(usable, path.join(folder, "rows"), rowKind);
  try {
    const outcome = await train(options, rows, sftObjective(context), recipe);
    return { ...outcome, dropped };
  } finally {
    rows.close();
  }
}
