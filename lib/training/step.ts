import { tf, type Llama, type Scalar, type Tensor1D } from "../model/index.ts";
import type { Batch } from "./batches.ts";
import type { AdamW } from "./optimizer.ts";

/** Loss, action loss and gradient of one batch; each is the caller's to dispose. */
export interface SftGradient {
  readonly loss: Scalar;
  readonly actionLoss: Scalar;
  /** In the layout of `model.weights`. */
  readonly gradient: Tensor1D;
}

/** Weighted mean of the negative log-likelihood, Σ w · nll / Σ w over the batch, and its gradient. */
export function sftGradient(model: Llama, batch: Batch): SftGradient {
  return tf.tidy(() => {
    const ids = tf.tensor1d(batch.ids, "int32");
    const labels = tf.tensor1d(batch.labels, "int32");
    const weights = tf.tensor1d(batch.weights);
    const full = tf.tensor1d(batch.full);
    let actionLoss = tf.scalar(0);
    const { value, grads } = tf.variableGrads(() => {
      const nll = model.negativeLogLikelihood(model.weights, ids, labels, batch.rows);
      actionLoss = tf.keep(weightedMean(nll, full));
      return weightedMean(nll, weights);
    }, [model.weights]);
    return { loss: value, actionLoss, gradient: grads[model.weights.name] as Tensor1D };
  });
}

/** One optimizer step. Returns [loss, action loss, gradient norm] as one tensor, not yet read. */
export function sftStep(model: Llama, batch: Batch, optimizer: AdamW, learningRate: number): Tensor1D {
  return tf.tidy(() => {
    const { loss, actionLoss, gradient } = sftGradient(model, batch);
    const norm = optimizer.update(model.weights, gradient, learningRate);
    const figures = tf.stack([loss, actionLoss, norm]) as Tensor1D;
    actionLoss.dispose(); // kept out of the tape's hands, so not tidied
    return figures;
  });
}

const weightedMean = (values: Tensor1D, weights: Tensor1D): Scalar =>
  tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.sum(weights), 1e-9));
