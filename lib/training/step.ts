import { tf, type Llama, type Tensor1D } from "../model/index.ts";
import type { BatchGradients } from "./batch-gradients.ts";
import type { Gradient } from "./objective.ts";
import type { AdamW } from "./optimizer.ts";

/**
 * One optimizer step with a gradient, which is disposed. Returns the objective's figures and then the gradient's norm as
 * one tensor, not yet read.
 */
export function applyGradient(
  { figures, gradient }: Gradient,
  model: Llama,
  optimizer: AdamW,
  learningRate: number,
): Tensor1D {
  const result = tf.tidy(() => {
    const norm = optimizer.update(model.trainable, gradient, learningRate);
    return tf.concat([figures, tf.reshape(norm, [1])]) as Tensor1D;
  });
  tf.dispose([figures, gradient]);
  return result;
}

/** One optimizer step on one batch, see `applyGradient`. */
export function trainStep<Row, Batch extends { readonly tokens: number }>(
  gradients: BatchGradients<Row, Batch>,
  batch: Batch,
  optimizer: AdamW,
  learningRate: number,
): Tensor1D {
  return applyGradient(gradients.of(batch), gradients.model, optimizer, learningRate);
}
