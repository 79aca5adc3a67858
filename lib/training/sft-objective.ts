import type { LabelledExample } from "../labels/index.ts";
import { tf, weightedRowSums, type Scalar, type Tensor1D, type Tensor2D } from "../model/index.ts";
import { makeBatch, type Batch } from "./batches.ts";
import { LINE_INPUTS, lineInputs, lineLosses, listInput, perPosition, scalars } from "./line-tensors.ts";
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
    inputs: (model, batch, totals) => [
      ...lineInputs(model, batch),
      perPosition(batch.weights, batch.lines),
      perPosition(batch.own, batch.lines),
      listInput(totals.map((total) => 1 / Math.max(total, 1e-9))),
    ],
    parts: (model, flat, inputs, dropoutSeed) => {
      const nll = lineLosses(model, flat, inputs, dropoutSeed);
      const [weights, own, perTotal] = inputs.slice(LINE_INPUTS) as [Tensor2D, Tensor2D, Tensor1D];
      const [perWeight, perOwn] = scalars(perTotal);
      return [share(nll, weights, perWeight), share(nll, own, perOwn)];
    },
  };
}

/** Σ weights · values / total. */
const share = (values: Tensor2D, weights: Tensor2D, perTotal: Scalar): Scalar =>
  tf.mul(tf.sum(weightedRowSums(values, weights)), perTotal);

const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
