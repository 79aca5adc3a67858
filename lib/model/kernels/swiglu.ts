import { tf, type Tensor } from "../tensorflow.ts";

/** silu(gate) · up, both [rows, features] (Shazeer 2020). */
export function swiGlu(gate: Tensor, up: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [g, u, save] = args as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    save([sigmoid, silu, u]);
    return {
      value: tf.mul(silu, u),
      // d silu / d gate = sigmoid · (1 - silu) + silu
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [sigmoid, silu, u] = saved;
        const slope = tf.add(tf.mul(sigmoid, tf.sub(1, silu)), silu);
        return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)];
      },
    };
  })(gate, up);
}
