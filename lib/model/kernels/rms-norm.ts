import { tf, type Tensor, type Tensor2D } from "../tensorflow.ts";
import { pipe } from "./pipe.ts";

/**
 * x [rows, features] divided by its root mean square over the features (Zhang & Sennrich 2019), without the gain: that
 * is multiplied into the weights of the linear layer behind it, which are far smaller than the activations.
 */
export function rmsNorm(x: Tensor2D, epsilon: number): Tensor2D {
  return tf.customGrad((input, save) => {
    const values = input as Tensor;
    const square = pipe(tf.square(values), (x) => tf.mean(x, -1, true));
    const inverse = tf.rsqrt(tf.add(square, epsilon));
    const y = tf.mul(values, inverse);
    (save as (tensors: Tensor[]) => void)([y, inverse]);
    return {
      value: y,
      // dx = (dy - y · mean(dy · y)) / rms
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y, inverse] = saved;
        const mean = pipe(tf.mul(dy, y), (x) => tf.mean(x, -1, true));
        return pipe(
          tf.mul(y, mean),
          (x) => tf.sub(dy, x),
          (x) => tf.mul(x, inverse),
        );
      },
    };
  })(x) as Tensor2D;
}
