import { tf, type Tensor } from "./tensorflow.ts";

/** Keys and values of a layer, [keyHeads, rows, columns, headDim]. Rows stand flush right. */
export type LayerCache = { readonly keys: Tensor; readonly values: Tensor };

export const disposeCaches = (caches: readonly LayerCache[]): void =>
  caches.forEach(({ keys, values }) => tf.dispose([keys, values]));

/** The rows of `first`, then those of `second`; as wide as the wider of the two. New tensors. */
export function joinCaches(first: readonly LayerCache[], second: readonly LayerCache[]): LayerCache[] {
  const join = (a: Tensor, b: Tensor): Tensor => {
    const columns = Math.max(a.shape[2]!, b.shape[2]!);
    return tf.concat([widened(a, columns), widened(b, columns)], 1);
  };
  return first.map(({ keys, values }, layer) => ({
    keys: join(keys, second[layer].keys),
    values: join(values, second[layer].values),
  }));
}

/** These rows (indices, in the order they shall have) and the last `columns` columns. New tensors. */
export function selectRows(caches: readonly LayerCache[], rows: readonly number[], columns: number): LayerCache[] {
  const index = tf.tensor1d([...rows], "int32");
  const select = (x: Tensor): Tensor => {
    const [, , width] = x.shape;
    const narrow = columns < width! ? tf.slice(x, [0, 0, width! - columns, 0], [-1, -1, columns, -1]) : x;
    return tf.gather(narrow, index, 1);
  };
  return mapped(caches, select);
}

const columnsOf = (caches: readonly LayerCache[], from: number, count: number): LayerCache[] =>
  mapped(caches, (x) => tf.slice(x, [0, 0, from, 0], [-1, -1, count, -1]));

/** The first `count` columns. New tensors. */
export const firstColumns = (caches: readonly LayerCache[], count: number): LayerCache[] => columnsOf(caches, 0, count);

/** The last `count` columns. New tensors. */
export const lastColumns = (caches: readonly LayerCache[], count: number): LayerCache[] =>
  columnsOf(caches, caches[0].keys.shape[2]! - count, count);

/** The columns of `first`, then those of `second`, of the same rows. New tensors. */
export const joinColumns = (first: readonly LayerCache[], second: readonly LayerCache[]): LayerCache[] =>
  first.map(({ keys, values }, layer) => ({
    keys: tf.concat([keys, second[layer].keys], 2),
    values: tf.concat([values, second[layer].values], 2),
  }));

const mapped = (caches: readonly LayerCache[], f: (x: Tensor) => Tensor): LayerCache[] =>
  caches.map(({ keys, values }) => ({ keys: f(keys), values: f(values) }));

/** x with empty columns on the left. */
function widened(x: Tensor, columns: number): Tensor {
  const missing = columns - x.shape[2]!;
  return missing === 0 ? x : tf.pad(x, [[0, 0], [0, 0], [missing, 0], [0, 0]]); // prettier-ignore
}
