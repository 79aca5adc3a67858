import type { ObjectiveSettings } from "./objective-settings.ts";
import type { GraphInput, Llama, Scalar, Tensor, Tensor1D } from "../model/index.ts";

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
  /** The batch as tensors; `totals` are those of the step. */
  inputs(model: Llama, batch: Batch, totals: readonly number[]): GraphInput[];
  /** The batch's part of each figure, the first differentiable in `flat`, from its `inputs`. Is compiled: see `Compiled`. */
  parts(model: Llama, flat: Tensor, inputs: readonly Tensor[], dropoutSeed?: number): readonly Scalar[];
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
