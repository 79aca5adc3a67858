import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tensorflow.ts";

/** x Wᵀ, with x [rows, in] and W [out, in]. */
export const linear = (x: Tensor, weight: Tensor2D): Tensor2D => tf.matMul(x, weight, false, true);

/** residual + x Wᵀ. */
export function addLinear(residual: Tensor2D, x: Tensor, weight: Tensor2D): Tensor2D {
  return tf.customGrad((...args) => {
    const [residual, x, weight, save] = args as unknown as [Tensor2D, Tensor, Tensor2D, (tensors: Tensor[]) => void];
    save([x, weight]);
    return {
      value: tf.add(residual, linear(x, weight)),
      gradFunc: (dy: Tensor, [x, weight]: Tensor[]) => [
        tf.clone(dy),
        tf.matMul(dy, weight),
        tf.matMul(dy, x, true, false),
      ],
    };
  })(residual, x, weight) as Tensor2D;
}

/** Multiplies the columns of W [out, in] by gain [in]: (x ⊙ gain) Wᵀ = x (W ⊙ gain)ᵀ, and W is much smaller than x. */
export function withGain(weight: Tensor2D, gain: Tensor1D): Tensor2D {
  return tf.customGrad((...args) => {
    const [weight, gain, save] = args as unknown as [Tensor2D, Tensor1D, (tensors: Tensor[]) => void];
    save([weight, gain]);
    return {
      value: tf.mul(weight, gain),
      gradFunc: (dy: Tensor, [weight, gain]: Tensor[]) => [tf.mul(dy, gain), tf.sum(tf.mul(dy, weight), 0)],
    };
  })(weight, gain) as Tensor2D;
}
