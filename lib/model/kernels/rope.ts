import { tf, type Tensor } from "../tensorflow.ts";

/** Rotation angles of positions `from` to `from + count - 1`: cosines and sines, each [count, headDim]. */
export interface Rotation {
  readonly cos: Tensor;
  /** Negative in the first half, so that `rotateHalf` needs no sign of its own. */
  readonly sin: Tensor;
}

/** Tables for rotary position embedding (Su et al. 2021), in the `rotate_half` layout of Hugging Face's Llama. */
export function rotationTables(
  positions: number,
  headDim: number,
  theta: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions * headDim);
  const sin = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position / theta ** ((2 * i) / headDim);
      const at = position * headDim + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = -Math.sin(angle);
      sin[at + half] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** Rotates x [..., positions, headDim]. Not recorded for gradients. */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  return tf.add(tf.mul(x, cos), tf.mul(swapHalves(x), sin));
}

/** The transpose of `rotate`, which is also its inverse: the gradient. */
export function rotateBack(x: Tensor, { cos, sin }: Rotation): Tensor {
  return tf.sub(tf.mul(x, cos), tf.mul(swapHalves(x), sin));
}

function swapHalves(x: Tensor): Tensor {
  const [first, second] = tf.split(x, 2, -1);
  return tf.concat([second, first], -1);
}
