import { tf, type Tensor } from "../tensorflow.ts";

/**
 * x [rows, features] divided by its root mean square over the features (Zhang & Sennrich 2019), without the gain: that
 * is multiplied into the weights of the linear layer behind it, which are far smaller than the activations.
 */
export function rmsNorm(x: Tensor, epsilon: number): Tensor {
  return tf.customGrad((input, save) => {
    const values = input as Tensor;
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(values), -1, true), epsilon));
    const y = tf.mul(values, inverse);
    (save as (tensors: Tensor[]) => void)([y, inverse]);
    return {
      value: y,
      // dx = (dy - y · mean(dy · y)) / rms
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y, inverse] = saved;
        return tf.mul(tf.sub(dy, tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))), inverse);
      },
    };
  })(x);
}
