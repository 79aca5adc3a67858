import type { ObjectiveSettings } from "./objective-settings.ts";
import { tf, type Llama, type Scalar, type Tensor, type Tensor1D } from "../model/index.ts";

/**
 * What is minimised. A step's rows may be cut into several batches: each figure is a sum over rows divided by a total
 * over the whole step, so that the figures and gradients of the batches simply add up.
 */
export interface Objective<Row, Batch extends { readonly tokens: number } = { readonly tokens: number }> {
  /** Names of the figures; the first is the loss. */
  readonly figures: readonly string[];
  /** The one that progress shows. */
  readonly headline: string;
  readonly settings: ObjectiveSettings;
  /** `rows`: for each line the rows in it, with their indices in the source. */
  batch(rows: readonly (readonly Indexed<Row>[])[]): Batch;
  /** What the figures are divided by, as far as this batch goes. */
  totals(batch: Batch): readonly number[];
  /** This batch's part of each figure, the first differentiable in `flat`. `totals` are those of the step. */
  parts(model: Llama, flat: Tensor, batch: Batch, totals: readonly number[], dropoutSeed?: number): readonly Scalar[];
}

export interface Indexed<Row> {
  readonly row: Row;
  readonly index: number;
}

/** What a batch gives to a step; both are the caller's to dispose. */
export interface Gradient {
  /** One value for each of `Objective.figures`. */
  readonly figures: Tensor1D;
  /** In the layout of `model.trainable`. */
  readonly gradient: Tensor1D;
}

/** Figures and gradient of one batch. */
export function gradientOf<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  model: Llama,
  batch: Batch,
  totals = objective.totals(batch),
  dropoutSeed?: number,
): Gradient {
  return tf.tidy(() => {
    let figures: Tensor1D | undefined;
    const { grads } = tf.variableGrads(() => {
      const parts = objective.parts(model, model.trainable, batch, totals, dropoutSeed);
      figures = tf.keep(tf.stack([...parts])) as Tensor1D;
      return parts[0];
    }, [model.trainable]);
    const kept = tf.clone(figures as Tensor1D);
    figures?.dispose();
    return { figures: kept, gradient: grads[model.trainable.name] as Tensor1D };
  });
}
