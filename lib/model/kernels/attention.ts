import { tf, type Tensor } from "../tensorflow.ts";
import { rotate, type Rotation } from "./rope.ts";
import { softmax } from "./softmax.ts";
import { transpose } from "./transpose.ts";

export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  /** Each serves heads / keyHeads query heads. */
  readonly keyHeads: number;
  readonly headDim: number;
}

/**
 * Causal self-attention over rotated queries and keys, forward and backward in one piece.
 *
 * `qkv` [batch · length, (heads + 2 keyHeads) · headDim] holds queries, keys, values side by side, in the order of `interleavedRows`; `mask` [length, length] is 0
 * where a position may look and very negative elsewhere. Returns [batch · length, heads · headDim].
 */
export function causalAttention(qkv: Tensor, rotation: Rotation, mask: Tensor, shape: AttentionShape): Tensor {
  const { batch, length, heads, keyHeads, headDim } = shape;
  const group = heads / keyHeads;
  return tf.customGrad((input, save) => {
    const split = tf.reshape(input as Tensor, [batch, length, heads + 2 * keyHeads, headDim]);
    // Heads lead, so that queries, keys and values are whole blocks of memory.
    const [qk, values] = tf.split(transpose(split, [2, 0, 1, 3]), [heads + keyHeads, keyHeads], 0);
    const [q, keys] = tf.split(rotate(qk, rotation.forward), [heads, keyHeads], 0);
    const k = repeatHeads(keys, group);
    const v = repeatHeads(values, group);
    const p = softmax(tf.add(tf.matMul(q, k, false, true), mask));
    const o = tf.matMul(p, v);
    (save as (tensors: Tensor[]) => void)([q, k, v, p, o, rotation.backward]);
    const value = tf.reshape(transpose(o, [1, 2, 0, 3]), [batch * length, heads * headDim]);
    return { value, gradFunc: backward };
  })(qkv);

  function backward(dy: Tensor, [q, k, v, p, o, turnBack]: Tensor[]): Tensor {
    const split = tf.reshape(dy, [batch, length, heads, headDim]);
    const dO = transpose(split, [2, 0, 1, 3]);
    const dP = tf.matMul(dO, v, false, true);
    // Softmax: dS = P · (dP - rowsum(P · dP)), and that row sum equals rowsum(dO · O).
    const dS = tf.mul(p, tf.sub(dP, tf.sum(tf.mul(dO, o), -1, true)));
    const dQ = tf.matMul(dS, k);
    const dK = overGroup(tf.matMul(dS, q, true, false));
    const dV = overGroup(tf.matMul(p, dO, true, false));
    const whole = tf.concat([rotate(tf.concat([dQ, dK], 0), turnBack), dV], 0);
    return tf.reshape(transpose(whole, [1, 2, 0, 3]), [batch * length, (heads + 2 * keyHeads) * headDim]);
  }

  /** Sums what the query heads of a group give to their one key head. */
  function overGroup(x: Tensor): Tensor {
    return group === 1 ? x : tf.sum(tf.reshape(x, [keyHeads, group, batch, length, headDim]), 1);
  }
}

/** Grouped-query attention: head h of the result is head h div group of x [keyHeads, ...]. */
export function repeatHeads(x: Tensor, group: number): Tensor {
  if (group === 1) return x;
  const [heads, ...rest] = x.shape;
  // Not left to matMul's broadcasting, which the JavaScript engine gets wrong between other batch axes.
  return tf.reshape(tf.tile(tf.expandDims(x, 1), [1, group, ...rest.map(() => 1)]), [heads * group, ...rest]);
}
