import { gatherRows } from "./gather-rows.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tensorflow.ts";

/**
 * `table` [all, features] with row `indices[i]` (all different) replaced by `rows[i]`, exactly; `rows` is
 * [indices, features]. Differentiable in `rows`; `table` is taken as constant.
 */
export function replaceRows(table: Tensor2D, rows: Tensor2D, indices: Int32Array): Tensor2D {
  const count = table.shape[0];
  const source = Int32Array.from({ length: count }, (_, row) => row);
  indices.forEach((index, i) => (source[index] = count + i));
  return tf.customGrad((rows) => ({
    value: gatherRows(tf.concat([table, rows as Tensor2D], 0), tf.tensor1d(source, "int32")),
    gradFunc: (dy: Tensor) => gatherRows(dy, tf.tensor1d(indices, "int32") as Tensor1D),
  }))(rows) as Tensor2D;
}
