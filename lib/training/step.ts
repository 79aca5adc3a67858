import { tf, type Llama, type Tensor1D } from "../model/index.ts";
import { gradientOf, type Gradient, type Objective } from "./objective.ts";
import type { AdamW } from "./optimizer.ts";

/** One batch of a step, as it goes to whoever computes its gradient. */
export interface Share<Batch> {
  readonly batch: Batch;
  readonly dropoutSeed?: number;
}

/** Element by element, over all batches of a step: what `Objective.parts` divides by. */
export function totalsOf<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  shares: readonly Share<Batch>[],
): readonly number[] {
  return shares.map(({ batch }) => objective.totals(batch)).reduce((a, b) => a.map((x, i) => x + b[i]));
}

/** Figures and gradient of several batches as if they were one. `totals` are those of the step. */
export function stepGradient<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  model: Llama,
  shares: readonly Share<Batch>[],
  totals = totalsOf(objective, shares),
): Gradient {
  return shares
    .slice(1)
    .reduce(
      (sum, { batch, dropoutSeed }) => addUp(sum, gradientOf(objective, model, batch, totals, dropoutSeed)),
      gradientOf(objective, model, shares[0].batch, totals, shares[0].dropoutSeed),
    );
}

/** The sum; what went in is disposed. */
export function addUp(a: Gradient, b: Gradient): Gradient {
  const sum = { figures: tf.add(a.figures, b.figures), gradient: tf.add(a.gradient, b.gradient) };
  tf.dispose([a.figures, a.gradient, b.figures, b.gradient]);
  return sum as Gradient;
}

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
  objective: Objective<Row, Batch>,
  model: Llama,
  batch: Batch,
  optimizer: AdamW,
  learningRate: number,
): Tensor1D {
  return applyGradient(stepGradient(objective, model, [{ batch }]), model, optimizer, learningRate);
}
