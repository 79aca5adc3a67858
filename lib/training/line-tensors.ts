import {
  NEVER,
  tf,
  type GraphInput,
  type Llama,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from "../model/index.ts";
import type { Batch } from "./batches.ts";

/** What a model reads of a batch, as inputs of a compiled function whose lines may next time have another length. */
export function lineInputs(model: Llama, { lines, length, ids, labels, segments }: Batch): GraphInput[] {
  const { rotation, mask } = model.positions(0, length);
  const foreign = segments && foreignMask(segments, lines, length);
  return [
    perPosition(ids, lines, "int32"),
    perPosition(labels, lines, "int32"),
    { tensor: rotation.forward, varying: [0] },
    { tensor: rotation.backward, varying: [0] },
    foreign ? { tensor: tf.add(mask, foreign), varying: [1, 2] } : { tensor: mask, varying: [0, 1] },
  ];
}

/** How many inputs `lineInputs` makes. */
export const LINE_INPUTS = 5;

/** Values [lines · length] as an input [lines, length]. */
export const perPosition = (values: Int32Array | Float32Array, lines: number, dtype?: "int32"): GraphInput => ({
  tensor: tf.tensor2d(values, [lines, values.length / lines], dtype),
  varying: [1],
});

/** Values that stay as many. */
export const listInput = (values: Float32Array | readonly number[]): GraphInput => ({
  tensor: tf.tensor1d(values as Float32Array),
  varying: [],
});

/** The elements of a list. */
export const scalars = (list: Tensor1D): Scalar[] => tf.unstack(list) as Scalar[];

/** Negative log-likelihood [lines, length] of each label; `inputs` are those of `lineInputs`. */
export function lineLosses(
  model: Llama,
  flat: Tensor,
  [ids, labels, forward, backward, mask]: readonly Tensor[],
  dropoutSeed?: number,
): Tensor2D {
  const [lines, length] = ids.shape;
  const positions = { rotation: { forward, backward }, mask };
  const nll = model.negativeLogLikelihood(flat, tf.reshape(ids, [-1]), tf.reshape(labels, [-1]), lines, {
    positions,
    dropoutSeed,
  });
  return tf.reshape(nll, [lines, length]);
}

/** [lines, length, length]: keeps the rows of a line from seeing each other. */
function foreignMask(segments: Int32Array, lines: number, length: number): Tensor3D {
  const values = tf.tensor2d(segments, [lines, length], "int32");
  const foreign = tf.notEqual(tf.expandDims(values, 2), tf.expandDims(values, 1));
  return tf.mul(tf.cast(foreign, "float32"), NEVER) as Tensor3D;
}
