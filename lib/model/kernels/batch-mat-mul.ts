import { tf, type Tensor } from "../tensorflow.ts";
import { executeOneDnn, oneDnnBackend } from "./native.ts";

/** Matrix products over equal leading axes, either factor transposed. Not recorded for gradients. */
export function batchMatMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const backend = oneDnnBackend();
  if (!backend) return tf.matMul(a, b, transposeA, transposeB);
  const flag = (name: string, value: boolean): { name: string; type: number | string; value: boolean } => ({
    name,
    type: backend.binding.TF_ATTR_BOOL,
    value,
  });
  return executeOneDnn(backend, "_MklBatchMatMulV2", [a, b], [flag("adj_x", transposeA), flag("adj_y", transposeB)]);
}
