import { tf, type Tensor } from "../tensorflow.ts";
import { executeOneDnn, oneDnnBackend, typeAttribute } from "./native.ts";

/** Permutes the axes. Not recorded for gradients. */
export function transpose(x: Tensor, order: number[]): Tensor {
  const backend = oneDnnBackend();
  if (!backend) return tf.transpose(x, order);
  return executeOneDnn(
    backend,
    "_MklTranspose",
    [x, tf.tensor1d(order, "int32")],
    [typeAttribute(backend, "Tperm", backend.binding.TF_INT32)],
  );
}
