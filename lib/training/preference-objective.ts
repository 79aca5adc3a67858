import { tf, type Llama, type Tensor, type Tensor1D } from "../model/index.ts";
import { makeBatch, type Batch } from "./batches.ts";
import type { Objective } from "./objective.ts";
import { PREFERENCE_FIGURES, preferenceFigures, type PreferenceSettings } from "./preference-loss.ts";
import type { PreferencePair } from "./row-problems.ts";

/** Summed log-probabilities of both answers of each pair under the reference model. */
export interface ReferenceLogProbabilities {
  readonly chosen: Float64Array;
  readonly rejected: Float64Array;
}

/** The chosen rows of all pairs, then the rejected ones. */
export interface PairBatch {
  readonly pairs: number;
  readonly rows: Batch;
  /** Tokens of each chosen answer. */
  readonly chosenTokens: Float32Array;
  readonly referenceChosen: Float32Array;
  readonly referenceRejected: Float32Array;
  readonly tokens: number;
}

/** DPO and RPO, see `preference-loss.ts`. `reference` holds a value for each row of the source. */
export function preferenceObjective(
  settings: PreferenceSettings,
  reference: ReferenceLogProbabilities,
  context: number,
): Objective<PreferencePair, PairBatch> {
  return {
    figures: PREFERENCE_FIGURES,
    headline: "rewards/margins",
    settings: { objective: "preference", ...settings },
    batch: (lines) => {
      const pairs = lines.flat();
      const sides = (["chosen", "rejected"] as const).flatMap((side) => pairs.map(({ row }) => [row[side]]));
      const rows = makeBatch(sides, context);
      const chosenTokens = Float32Array.from(pairs, (_, i) => sumOf(rows.own, i * rows.length, (i + 1) * rows.length));
      return {
        pairs: pairs.length,
        rows,
        chosenTokens,
        referenceChosen: Float32Array.from(pairs, ({ index }) => reference.chosen[index]),
        referenceRejected: Float32Array.from(pairs, ({ index }) => reference.rejected[index]),
        tokens: rows.tokens,
      };
    },
    totals: ({ pairs, chosenTokens }) => [pairs, sumOf(chosenTokens, 0, pairs)],
    parts: (model, flat, batch, [pairs, tokens], dropoutSeed) => {
      const logps = answerLogProbabilities(model, flat, batch.rows, dropoutSeed);
      const [chosen, rejected] = tf.split(logps, 2) as Tensor1D[];
      return preferenceFigures(
        {
          chosen,
          rejected,
          chosenTokens: tf.tensor1d(batch.chosenTokens),
          referenceChosen: tf.tensor1d(batch.referenceChosen),
          referenceRejected: tf.tensor1d(batch.referenceRejected),
        },
        settings,
        pairs,
        tokens,
      );
    },
  };
}

/** Summed log-probability [rows] of the own tokens of each row. */
export function answerLogProbabilities(model: Llama, flat: Tensor, rows: Batch, dropoutSeed?: number): Tensor1D {
  const ids = tf.tensor1d(rows.ids, "int32");
  const labels = tf.tensor1d(rows.labels, "int32");
  const nll = model.negativeLogLikelihood(flat, ids, labels, rows.lines, { dropoutSeed });
  const own = tf.reshape(tf.mul(nll, tf.tensor1d(rows.own)), [rows.lines, rows.length]);
  return tf.neg(tf.sum(own, 1)) as Tensor1D;
}

function sumOf(values: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum;
}
