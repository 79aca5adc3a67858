import { tf, type Tensor, type Tensor2D } from "../tensorflow.ts";
import { linear } from "./linear.ts";
import { pipe } from "./pipe.ts";

/** Gated linear unit silu(x Wᵀ) ⊙ (x Vᵀ) (Shazeer 2020), with x [rows, in], gate W and up V [out, in]. */
export function swiGlu(x: Tensor, gate: Tensor2D, up: Tensor2D): Tensor2D {
  return tf.customGrad((...args) => {
    const [x, gate, up, save] = args as unknown as [Tensor, Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const g = linear(x, gate);
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    g.dispose();
    const u = linear(x, up);
    save([x, gate, up, sigmoid, silu, u]);
    return { value: tf.mul(silu, u), gradFunc: backward };
  })(x, gate, up) as Tensor2D;
}

function backward(dy: Tensor, [x, gate, up, sigmoid, silu, u]: Tensor[]): Tensor[] {
  // d silu / d g = sigmoid · (1 - silu) + silu
  const dGate = pipe(
    tf.sub(1, silu),
    (slope) => tf.mul(slope, sigmoid),
    (slope) => tf.add(slope, silu),
    (slope) => tf.mul(slope, u),
    (slope) => tf.mul(slope, dy),
  );
  const gateGradient = tf.matMul(dGate, x, true, false);
  const throughGate = tf.matMul(dGate, gate);
  dGate.dispose();
  const dUp = tf.mul(dy, silu);
  const upGradient = tf.matMul(dUp, x, true, false);
  const throughUp = tf.matMul(dUp, up);
  return [tf.add(throughGate, throughUp), gateGradient, upGradient];
}
