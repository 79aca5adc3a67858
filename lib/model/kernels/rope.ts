import { nativeBackend, tf, type Tensor } from "../tensorflow.ts";
import { execute, typeAttribute } from "./native.ts";

/**
 * Rotary position embedding (Su et al. 2021): of each head, pair i of features is turned by the angle
 * position · theta^(-2i / headDim). Seen as complex numbers, that is one multiplication.
 *
 * Hugging Face's Llama pairs feature i with i + headDim / 2. Here the features of a pair lie side by side, which
 * `interleavedRows` arranges in the rows of the projection, at the price of a small look-up.
 */
export interface Rotation {
  /** [positions, headDim / 2, 2]: cosines and sines. */
  readonly forward: Tensor;
  /** The opposite angles. */
  readonly backward: Tensor;
}

/** Cosines and sines of `sign` · angle, [positions, headDim / 2, 2], times `scale`. */
export function rotationTable(
  positions: number,
  headDim: number,
  theta: number,
  scale: number,
  sign: 1 | -1,
): Float32Array {
  const table = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < headDim; i += 2) {
      const angle = position / theta ** (i / headDim);
      table[position * headDim + i] = scale * Math.cos(angle);
      table[position * headDim + i + 1] = scale * sign * Math.sin(angle);
    }
  }
  return table;
}

/** Row order that brings the pairs of the first `heads` heads together; the `rest` rows behind stay. */
export function interleavedRows(heads: number, headDim: number, rest: number): Int32Array {
  const half = headDim / 2;
  return Int32Array.from({ length: heads * headDim + rest }, (_, row) => {
    if (row >= heads * headDim) return row;
    const feature = row % headDim;
    return row - feature + (feature % 2) * half + (feature >> 1);
  });
}

/** Turns x [..., positions, headDim] by a table of `Rotation`. Not recorded for gradients. */
export function rotate(x: Tensor, table: Tensor): Tensor {
  return tf.tidy(() => {
    const pairs = tf.reshape(x, [...x.shape.slice(0, -1), table.shape[table.rank - 2] as number, 2]);
    return tf.reshape(multiplyComplex(pairs, table), x.shape);
  });
}

/** Products of complex numbers that lie as [..., 2]. */
function multiplyComplex(a: Tensor, b: Tensor): Tensor {
  const backend = nativeBackend();
  if (!backend) {
    const [aReal, aImaginary] = tf.split(a, 2, -1);
    const [bReal, bImaginary] = tf.split(b, 2, -1);
    const real = tf.sub(tf.mul(aReal, bReal), tf.mul(aImaginary, bImaginary));
    return tf.concat([real, tf.add(tf.mul(aReal, bImaginary), tf.mul(aImaginary, bReal))], -1);
  }
  const { TF_FLOAT: float, TF_COMPLEX64: complex } = backend.binding;
  const bitcast = (x: Tensor, from: number | string, to: number | string): Tensor =>
    execute(backend, "Bitcast", [x], [typeAttribute(backend, "T", from), typeAttribute(backend, "type", to)]);
  const factors = [bitcast(a, float, complex), bitcast(b, float, complex)];
  return bitcast(execute(backend, "Mul", factors, [typeAttribute(backend, "T", complex)]), complex, float);
}
