import type { LabelledExample } from "../labels/index.ts";
import { tf, type Scalar, type Tensor1D } from "../model/index.ts";
import { makeBatch, segmentMask, type Batch } from "./batches.ts";
import type { Objective } from "./objective.ts";

/**
 * Supervised fine-tuning: the weighted mean of the negative log-likelihood over the tokens of the whole step,
 * Σ w · nll / Σ w. `actionLoss` is the mean over the tokens of weight 1, what the agent itself has to say.
 */
export function sftObjective(context: number): Objective<LabelledExample, Batch> {
  return {
    figures: ["loss", "actionLoss"],
    headline: "actionLoss",
    settings: { objective: "sft" },
    batch: (lines) =>
      makeBatch(
        lines.map((line) => line.map(({ row }) => row)),
        context,
      ),
    totals: ({ weights, own }) => [sum(weights), sum(own)],
    parts: (model, flat, batch, [weight, own], dropoutSeed) => {
      const ids = tf.tensor1d(batch.ids, "int32");
      const labels = tf.tensor1d(batch.labels, "int32");
      const options = { mask: segmentMask(batch), dropoutSeed };
      const nll = model.negativeLogLikelihood(flat, ids, labels, batch.lines, options);
      return [share(nll, batch.weights, weight), share(nll, batch.own, own)];
    },
  };
}

/** Σ weights · values / total. */
const share = (values: Tensor1D, weights: Float32Array, total: number): Scalar =>
  tf.mul(tf.sum(tf.mul(values, tf.tensor1d(weights))), 1 / Math.max(total, 1e-9));

const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
