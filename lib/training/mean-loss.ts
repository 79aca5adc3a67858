import type { LabelledExample } from "../labels/index.ts";
import { tf, type Llama } from "../model/index.ts";
import { makeBatch } from "./batches.ts";

/** Negative log-likelihood of each token of a row after the first, in nats. */
export function tokenLosses(model: Llama, row: LabelledExample): Float32Array {
  const { ids, labels, length } = makeBatch([[row]], model.config.max_position_embeddings);
  const nll = tf.tidy(() =>
    model.negativeLogLikelihood(model.trainable, tf.tensor1d(ids, "int32"), tf.tensor1d(labels, "int32"), 1).dataSync(),
  );
  return (nll as Float32Array).subarray(0, Math.min(length, row.ids.length - 1));
}

/** Mean negative log-likelihood of the agent's own tokens, weight 1, over all rows: what `actionLoss` is in training. */
export function meanActionLoss(model: Llama, rows: readonly LabelledExample[]): number {
  let [sum, count] = [0, 0];
  for (const row of rows)
    tokenLosses(model, row).forEach((loss, t) => {
      if (row.weights[t + 1] !== 1) return;
      sum += loss;
      count++;
    });
  return sum / count;
}
