import { nativeBackend, tf, type Tensor } from "../tensorflow.ts";
import { execute, typeAttribute } from "./native.ts";

/**
 * Rows of a table [rows, ...] by index [count] (int32). As `tf.gather`, which reads the indices back to check them and so
 * cannot be compiled; native TensorFlow refuses an index outside the table by itself.
 */
export function gatherRows<T extends Tensor>(table: T, indices: Tensor): T {
  return tf.customGrad((table, save) => {
    const rows = (table as Tensor).shape[0];
    (save as (tensors: Tensor[]) => void)([indices]);
    return {
      value: gather(table as Tensor, indices),
      gradFunc: (dy: Tensor, [indices]: Tensor[]) => [tf.unsortedSegmentSum(dy, indices as never, rows)],
    };
  })(table) as T;
}

function gather(table: Tensor, indices: Tensor): Tensor {
  const backend = nativeBackend();
  if (!backend) return tf.gather(table, indices as never);
  const { TF_FLOAT: float, TF_INT32: integer, TF_ATTR_INT: number } = backend.binding;
  return execute(
    backend,
    "GatherV2",
    [table, indices, tf.scalar(0, "int32")],
    [
      typeAttribute(backend, "Tparams", float),
      typeAttribute(backend, "Tindices", integer),
      typeAttribute(backend, "Taxis", integer),
      { name: "batch_dims", type: number, value: 0 },
    ],
  );
}
