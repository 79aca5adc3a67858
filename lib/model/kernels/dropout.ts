import type { Random } from "../../base/index.ts";
import { nativeBackend, tf, type Tensor2D } from "../tensorflow.ts";
import { execute, typeAttribute } from "./native.ts";

/**
 * A mask of dropout (Srivastava et al. 2014) to multiply with: 0 with probability `rate`, else 1 / (1 - rate). A random
 * source in the same state gives the same mask on the same engine; native TensorFlow draws the numbers where it computes.
 */
export function dropoutMask([rows, columns]: readonly [number, number], rate: number, random: Random): Tensor2D {
  return tf.tidy(() => {
    const backend = nativeBackend();
    let uniform: Tensor2D;
    if (backend) {
      const shape = tf.tensor1d([rows, columns], "int32");
      const seed = tf.tensor1d([random.int(2 ** 31), random.int(2 ** 31)], "int32");
      const { TF_FLOAT: float, TF_INT32: integer } = backend.binding;
      const type = (name: string, value: number | string): ReturnType<typeof typeAttribute> =>
        typeAttribute(backend, name, value);
      uniform = execute(
        backend,
        "StatelessRandomUniform",
        [shape, seed],
        [type("dtype", float), type("T", integer), type("Tseed", integer)],
      ) as Tensor2D;
    } else {
      const values = Float32Array.from({ length: rows * columns }, () => random.next());
      uniform = tf.tensor2d(values, [rows, columns]);
    }
    return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
  });
}
