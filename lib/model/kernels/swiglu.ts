import { tf, type Tensor, type Tensor2D } from "../tensorflow.ts";
import { linear } from "./linear.ts";
import { pipe } from "./pipe.ts";

/**
 * Gated linear unit silu(x Wᵀ) ⊙ (x Vᵀ) (Shazeer 2020), with x [rows, in], gate W and up V [out, in]. The terms
 * [rows, out], where there are any, are added to the two products.
 */
export function swiGlu(x: Tensor, gate: Tensor2D, up: Tensor2D, gateTerm?: Tensor2D, upTerm?: Tensor2D): Tensor2D {
  const inputs = [x, gate, up, gateTerm, upTerm].filter((input) => input !== undefined) as Tensor[];
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [x, gate, up, ...terms] = args as [Tensor, Tensor2D, Tensor2D, ...Tensor2D[]];
    const product = (weight: Tensor2D, term: Tensor | undefined): Tensor =>
      pipe(linear(x, weight), ...(term ? [(y: Tensor) => tf.add(y, term)] : []));
    const g = product(gate, gateTerm && terms.shift());
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    g.dispose();
    const u = product(up, upTerm && terms.shift());
    save([x, gate, up, sigmoid, silu, u]);
    return { value: tf.mul(silu, u), gradFunc: backward };
  })(...inputs) as Tensor2D;

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
    if (!gateTerm) dGate.dispose();
    const dUp = tf.mul(dy, silu);
    const upGradient = tf.matMul(dUp, x, true, false);
    const throughUp = tf.matMul(dUp, up);
    const ofTerms = [...(gateTerm ? [dGate] : []), ...(upTerm ? [dUp] : [])];
    return [tf.add(throughGate, throughUp), gateGradient, upGradient, ...ofTerms];
  }
}
