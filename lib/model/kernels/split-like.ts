import { nativeBackend, tf, type Tensor } from "../tensorflow.ts";
import { execute, typeAttribute } from "./native.ts";

/**
 * Cuts the last axis of x into pieces as long as that of the examples. Native TensorFlow finds the lengths where it
 * computes, so that a graph holds for other lengths too. Not recorded for gradients.
 */
export function splitLike(x: Tensor, examples: readonly Tensor[]): Tensor[] {
  const backend = nativeBackend();
  const axis = x.rank - 1;
  if (!backend)
    return tf.split(
      x,
      examples.map(({ shape }) => shape[axis]),
      axis,
    );
  return tf.tidy(() => {
    const { TF_INT32: integer, TF_FLOAT: float, TF_ATTR_INT: number } = backend.binding;
    const type = (name: string, value: number | string): ReturnType<typeof typeAttribute> =>
      typeAttribute(backend, name, value);
    const lengths = examples.map((example) =>
      tf.slice(execute(backend, "Shape", [example], [type("T", float), type("out_type", integer)]), axis, 1),
    );
    return backend.executeMultipleOutputs(
      "SplitV",
      [{ name: "num_split", type: number, value: examples.length }, type("T", float), type("Tlen", integer)],
      [x, tf.concat(lengths), tf.scalar(axis, "int32")],
      examples.length,
    );
  });
}
