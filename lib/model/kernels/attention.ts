import { tf, type Tensor, type Tensor2D } from "../tensorflow.ts";
import { batchMatMul } from "./batch-mat-mul.ts";
import { linear } from "./linear.ts";
import { pipe } from "./pipe.ts";
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
 * Causal self-attention over rotated queries and keys, with its input projection, forward and backward in one piece.
 *
 * `x` is [batch · length, in]; `weight` [(heads + 2 keyHeads) · headDim, in] projects to queries, keys and values, in the
 * order of `interleavedRows`; `mask` [length, length] or [batch, length, length] is 0 where a position may look and very
 * negative elsewhere; `term`, where there is one, is added to the projection and has its shape. Returns
 * [batch · length, heads · headDim].
 */
export function causalAttention(
  x: Tensor2D,
  weight: Tensor2D,
  rotation: Rotation,
  mask: Tensor,
  { batch, length, heads, keyHeads, headDim }: AttentionShape,
  term?: Tensor2D,
): Tensor2D {
  const group = heads / keyHeads;
  const rows = batch * length;
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [x, weight, term] = args as [Tensor2D, Tensor2D, Tensor2D?];
    // Heads lead, so that queries, keys and values are whole blocks of memory.
    const qkv = pipe(
      linear(x, weight),
      ...(term ? [(all: Tensor) => tf.add(all, term)] : []),
      (all) => tf.reshape(all, [batch, length, heads + 2 * keyHeads, headDim]),
      (all) => transpose(all, [2, 0, 1, 3]),
    );
    const [qk, values] = tf.split(qkv, [heads + keyHeads, keyHeads], 0);
    const [q, keys] = tf.split(rotate(qk, rotation.forward), [heads, keyHeads], 0);
    const k = repeatHeads(keys, group);
    const v = repeatHeads(values, group);
    const p = pipe(batchMatMul(q, k, false, true), (scores) => tf.add(scores, mask), softmax);
    const o = batchMatMul(p, v);
    save([x, weight, q, k, v, p, o, rotation.backward]);
    return { value: tf.reshape(transpose(o, [1, 2, 0, 3]), [rows, heads * headDim]), gradFunc: backward };
  })(...(term ? [x, weight, term] : [x, weight])) as Tensor2D;

  function backward(dy: Tensor, [x, weight, q, k, v, p, o, turnBack]: Tensor[]): Tensor[] {
    const dO = pipe(tf.reshape(dy, [batch, length, heads, headDim]), (d) => transpose(d, [2, 0, 1, 3]));
    // Softmax: dS = P · (dP - rowsum(P · dP)), and that row sum equals rowsum(dO · O).
    const rowSum = pipe(tf.mul(dO, o), (products) => tf.sum(products, -1, true));
    const dS = pipe(
      batchMatMul(dO, v, false, true),
      (dP) => tf.sub(dP, rowSum),
      (dP) => tf.mul(p, dP),
    );
    const dQ = batchMatMul(dS, k);
    const dK = overGroup(batchMatMul(dS, q, true, false));
    const dV = overGroup(batchMatMul(p, dO, true, false));
    tf.dispose([dS, dO]);
    const dQkv = pipe(
      tf.concat([dQ, dK], 0),
      (d) => rotate(d, turnBack),
      (d) => tf.concat([d, dV], 0),
      (d) => transpose(d, [1, 2, 0, 3]),
      (d) => tf.reshape(d, [rows, (heads + 2 * keyHeads) * headDim]),
    );
    return [tf.matMul(dQkv, weight), tf.matMul(dQkv, x, true, false), ...(term ? [dQkv] : [])];
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
