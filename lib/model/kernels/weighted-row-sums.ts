import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tensorflow.ts";

/** Σ weights · values along each row of two [rows, columns]; the weights are constants. */
export function weightedRowSums(values: Tensor2D, weights: Tensor2D): Tensor1D {
  return tf.customGrad((values, save) => {
    (save as (tensors: Tensor[]) => void)([weights]);
    return {
      value: tf.sum(tf.mul(values as Tensor, weights), 1),
      gradFunc: (dy: Tensor, [weights]: Tensor[]) => [tf.mul(tf.expandDims(dy, 1), weights)],
    };
  })(values) as Tensor1D;
}
