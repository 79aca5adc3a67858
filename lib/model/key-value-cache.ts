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
  return caches.map(({ keys, values }) => ({ keys: select(keys), values: select(values) }));
}

/** x with empty columns on the left. */
function widened(x: Tensor, columns: number): Tensor {
  const missing = columns - x.shape[2]!;
  return missing === 0 ? x : tf.pad(x, [[0, 0], [0, 0], [missing, 0], [0, 0]]); // prettier-ignore
}
