import { tf, weightedRowSums, type Llama, type Tensor, type Tensor1D, type Tensor2D } from "../model/index.ts";
import { makeBatch, type Batch } from "./batches.ts";
import { LINE_INPUTS, lineInputs, lineLosses, listInput, perPosition, scalars } from "./line-tensors.ts";
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
    inputs: (model, batch, totals) => [
      ...lineInputs(model, batch.rows),
      perPosition(batch.rows.own, batch.rows.lines),
      ...[batch.chosenTokens, batch.referenceChosen, batch.referenceRejected].map(listInput),
      listInput(totals.map((total) => 1 / total)),
    ],
    parts: (model, flat, inputs, dropoutSeed) => {
      const [own, chosenTokens, referenceChosen, referenceRejected, perTotal] = inputs.slice(LINE_INPUTS) as [
        Tensor2D,
        ...Tensor1D[],
      ];
      const logps = answerSums(lineLosses(model, flat, inputs, dropoutSeed), own);
      const [chosen, rejected] = tf.split(logps, 2) as Tensor1D[];
      const [perPair, perToken] = scalars(perTotal);
      const sums = { chosen, rejected, chosenTokens, referenceChosen, referenceRejected };
      return preferenceFigures(sums, settings, perPair, perToken);
    },
  };
}

/** Summed log-probability [rows] of the own tokens of each row. */
export function answerLogProbabilities(model: Llama, flat: Tensor, rows: Batch): Tensor1D {
  const inputs = lineInputs(model, rows).map(({ tensor }) => tensor);
  return answerSums(lineLosses(model, flat, inputs), perPosition(rows.own, rows.lines).tensor as Tensor2D);
}

const answerSums = (nll: Tensor2D, own: Tensor2D): Tensor1D => tf.neg(weightedRowSums(nll, own));

function sumOf(values: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum;
}
