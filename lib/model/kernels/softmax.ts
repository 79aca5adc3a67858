import { tf, type Tensor } from "../tensorflow.ts";
import { executeOneDnn, oneDnnBackend } from "./native.ts";

/** Softmax over the last axis. Not recorded for gradients: for use inside operations that bring their own. */
export function softmax(logits: Tensor): Tensor {
  const backend = oneDnnBackend();
  return backend ? executeOneDnn(backend, "_MklSoftmax", [logits]) : tf.softmax(logits);
}
