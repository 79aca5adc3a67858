import * as path from "node:path";
import { preferenceObjective } from "./preference-objective.ts";
import { preferenceRecipeSchema, type PreferenceRecipeInput } from "./recipe.ts";
import { referenceLogProbabilities } from "./reference-model.ts";
import { findPairProblem, usableRows, type DroppedRows, type PreferencePair, type RowProblem } from "./row-problems.ts";
import { storeRows, type RowKind } from "./row-source.ts";
import { train, type TrainingOutcome, type TrainingTask } from "./train.ts";

export interface PreferenceOptions extends TrainingTask {
  /** Read once, in a stream; they wait on disk for their turn. */
  readonly pairs: AsyncIterable<PreferencePair> | Iterable<PreferencePair>;
  readonly recipe: PreferenceRecipeInput;
}

export interface PreferenceResult extends TrainingOutcome {
  /** Pairs left out, by reason. */
  readonly dropped: DroppedRows;
}

/** How pairs are counted. */
export const pairKind: RowKind<PreferencePair> = {
  length: ({ chosen, rejected }) => 2 * Math.max(chosen.ids.length, rejected.ids.length), // both sides share a batch
  tokens: ({ chosen, rejected }) => chosen.ids.length + rejected.ids.length,
};

/**
 * Learning from pairs by DPO or RPO, see `preference-loss.ts` and `train`. The reference is the model as it is given.
 * Throws `UserError` for a pair that does not fit the model or has equal sides, unless the recipe drops such pairs.
 */
export async function trainPreference(options: PreferenceOptions): Promise<PreferenceResult> {
  const { model, folder, onProgress, signal } = options;
  const recipe = preferenceRecipeSchema.parse(options.recipe);
  const { vocab_size: vocabulary, max_position_embeddings: context } = model.config;
  const dropped: Partial<Record<RowProblem, number>> = {};
  const find = (pair: PreferencePair): ReturnType<typeof findPairProblem> =>
    findPairProblem(pair, { vocabulary, context });
  const usable = usableRows(options.pairs, find, recipe.onBadRow, dropped);
  const rows = await storeRows(usable, path.join(folder, "rows"), pairKind);
  try {
    const { batchSize, batchTokens, loss, beta, alpha } = recipe;
    const reference = await referenceLogProbabilities(model, rows, folder, {
      batchSize,
      batchTokens,
      onProgress,
      signal,
    });
    const outcome = await train(options, rows, preferenceObjective({ loss, beta, alpha }, reference, context), recipe);
    return { ...outcome, dropped };
  } finally {
    rows.close();
  }
}
