import type { LlamaConfig } from "./config.ts";
import {
  addLinear,
  batchMatMul,
  gatherRows,
  linear,
  rmsNorm,
  rotate,
  softmax,
  swiGlu,
  withGain,
} from "./kernels/index.ts";
import { disposeCaches, joinCaches, selectRows, type LayerCache } from "./key-value-cache.ts";
import { NEVER, type Llama } from "./llama.ts";
import { tf, type Tensor, type Tensor2D, type Tensor3D } from "./tensorflow.ts";

/** Most attention scores that are computed at once; longer first tokens are read in pieces. */
const SCORES_AT_ONCE = 2 ** 24;

/** Weights of a layer for decoding: gains are multiplied into the weights behind them, once. */
interface DecoderLayer {
  readonly qkv: Tensor2D;
  readonly output: Tensor2D;
  readonly gate: Tensor2D;
  readonly up: Tensor2D;
  readonly down: Tensor2D;
}

/** Last hidden states [rows · count, hidden] of one step, and the memory with it. */
type Step = { readonly hidden: Tensor2D; caches: LayerCache[] };

/** Where the tokens of one step stand. */
interface Place {
  readonly rows: number;
  readonly count: number;
  /** [count, headDim / 2, 2] or, where rows stand at different positions, [rows, count, headDim / 2, 2]. */
  readonly rotation: Tensor;
  /** [rows or 1, queries, columns]; where `count` is not 1, each query head of a group has its own queries. */
  readonly mask?: Tensor3D;
}

/**
 * Decoding with remembered keys and values. Rows of different lengths stand side by side, flush right: there are as many
 * columns as the longest row has tokens, and a shorter row does not see the columns before its first token.
 *
 * Computes with the weights that the model had when the decoder was made. Holds tensors until `dispose`; the other methods
 * may be called inside `tf.tidy`.
 */
export class Decoder {
  readonly #config: LlamaConfig;
  readonly #embedding: Tensor2D;
  readonly #layers: readonly DecoderLayer[];
  readonly #head: Tensor2D;
  /** Rotation of every position, [context, headDim / 2, 2]. */
  readonly #rotation: Tensor3D;
  #caches: readonly LayerCache[] = [];
  /** Tokens fed to each row. */
  #lengths: readonly number[] = [];

  constructor(model: Llama) {
    this.#config = model.config;
    tf.engine().startScope();
    const { embedding, layers, finalGain, head } = model.unpack();
    this.#embedding = tf.keep(embedding);
    this.#layers = layers.map(({ attentionGain, qkv, output, feedForwardGain, gate, up, down }) => ({
      qkv: tf.keep(withGain(qkv, attentionGain)),
      output: tf.keep(output),
      gate: tf.keep(withGain(gate, feedForwardGain)),
      up: tf.keep(withGain(up, feedForwardGain)),
      down: tf.keep(down),
    }));
    this.#head = tf.keep(withGain(head, finalGain));
    const { rotation } = model.positions(0, model.config.max_position_embeddings);
    this.#rotation = tf.keep(rotation.forward as Tensor3D);
    tf.engine().endScope();
  }

  /** Tokens of the longest row; the width of the memory. */
  get columns(): number {
    return Math.max(0, ...this.#lengths);
  }

  /** Takes in new rows, behind those already here, each with its first tokens. Returns logits [new rows, vocabulary]. */
  add(prompts: readonly (readonly number[])[]): Tensor2D {
    const rows = prompts.length;
    const lengths = prompts.map(({ length }) => length);
    const longest = Math.max(...lengths);
    const starts = lengths.map((length) => longest - length);
    const piece = Math.max(1, Math.floor(SCORES_AT_ONCE / (rows * longest * this.#config.num_attention_heads)));
    return tf.tidy(() => {
      let caches: LayerCache[] = [];
      let from = 0;
      for (;;) {
        const count = Math.min(piece, longest - from);
        const ids = new Int32Array(rows * count); // what stands before a row's start is never seen
        for (let row = 0; row < rows; row++)
          for (let i = Math.max(0, starts[row] - from); i < count; i++)
            ids[row * count + i] = prompts[row][from + i - starts[row]];
        const step = this.#forward(ids, caches, starts, from);
        disposeCaches(caches);
        caches = step.caches;
        from += count;
        if (from === longest) {
          this.#remember(this.#lengths.length === 0 ? caches : joinCaches(this.#caches, caches));
          this.#lengths = [...this.#lengths, ...lengths];
          return this.#logits(step.hidden, rows);
        }
        step.hidden.dispose();
      }
    });
  }

  /** Feeds each row as many tokens; `ids` is [rows · count]. Returns logits [rows, vocabulary] behind the last. */
  feed(ids: Int32Array): Tensor2D {
    const rows = this.#lengths.length;
    const { columns } = this;
    const starts = this.#lengths.map((length) => columns - length);
    return tf.tidy(() => {
      const { hidden, caches } = this.#forward(ids, this.#caches, starts, columns);
      this.#remember(caches);
      this.#lengths = this.#lengths.map((length) => length + ids.length / rows);
      return this.#logits(hidden, rows);
    });
  }

  /** Forgets all rows but these (indices, in the order they shall have). */
  keepRows(rows: readonly number[]): void {
    const lengths = rows.map((row) => this.#lengths[row]);
    tf.tidy(() => this.#remember(rows.length === 0 ? [] : selectRows(this.#caches, rows, Math.max(...lengths))));
    this.#lengths = lengths;
  }

  dispose(): void {
    this.#remember([]);
    const layers = this.#layers.flatMap((layer) => Object.values(layer) as Tensor[]);
    tf.dispose([this.#embedding, ...layers, this.#head, this.#rotation]);
  }

  #remember(caches: readonly LayerCache[]): void {
    disposeCaches(this.#caches);
    for (const { keys, values } of caches) [keys, values].forEach((tensor) => tf.keep(tensor));
    this.#caches = caches;
  }

  /** Computes tokens [rows · count] that stand in the columns from `from` on; a row's first token stands in its start. */
  #forward(ids: Int32Array, before: readonly LayerCache[], starts: readonly number[], from: number): Step {
    return tf.tidy(() => {
      const { rms_norm_eps: epsilon } = this.#config;
      const place = this.#place(starts, from, ids.length / starts.length);
      let x: Tensor2D = gatherRows(this.#embedding, tf.tensor1d(ids, "int32"));
      const caches = this.#layers.map(({ qkv, output, gate, up, down }, index) => {
        const projected = linear(rmsNorm(x, epsilon), qkv);
        const { attended, cache } = cachedAttention(projected, before[index], place, this.#config);
        x = addLinear(x, attended, output);
        x = addLinear(x, swiGlu(rmsNorm(x, epsilon), gate, up), down);
        return cache;
      });
      return { hidden: x, caches };
    });
  }

  /** Logits [rows, vocabulary] behind the last token of each row. */
  #logits(hidden: Tensor2D, rows: number): Tensor2D {
    const count = hidden.shape[0] / rows;
    const index = (): Int32Array => Int32Array.from({ length: rows }, (_, row) => row * count + count - 1);
    const last = count === 1 ? hidden : gatherRows(hidden, tf.tensor1d(index(), "int32"));
    return linear(rmsNorm(last, this.#config.rms_norm_eps), this.#head);
  }

  #place(starts: readonly number[], from: number, count: number): Place {
    const rows = starts.length;
    const rowsDiffer = starts.some((start) => start > 0);
    const rotation = rowsDiffer ? this.#rotationOf(starts, from, count) : tf.slice(this.#rotation, from, count);
    if (!rowsDiffer && count === 1) return { rows, count, rotation };
    const group = this.#config.num_attention_heads / this.#config.num_key_value_heads;
    const mask = attentionMask(rowsDiffer ? starts : [0], from, count, count === 1 ? 1 : group);
    return { rows, count, rotation, mask };
  }

  /** Rotation of each token where rows stand at different positions, [rows, count, headDim / 2, 2]. */
  #rotationOf(starts: readonly number[], from: number, count: number): Tensor {
    const [positions, half] = this.#rotation.shape;
    const index = tf.tensor1d(positionsOf(starts, from, count, positions - 1), "int32");
    return tf.reshape(gatherRows(this.#rotation, index), [starts.length, count, half, 2]);
  }
}

/** Attention of the new tokens over what was fed before and themselves. `qkv` is [rows · count, (heads + 2 keyHeads) · headDim]. */
function cachedAttention(
  qkv: Tensor2D,
  before: LayerCache | undefined,
  { rows, count, rotation, mask }: Place,
  { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: headDim }: LlamaConfig,
): { attended: Tensor2D; cache: LayerCache } {
  const split = tf.transpose(tf.reshape(qkv, [rows, count, heads + 2 * keyHeads, headDim]), [2, 0, 1, 3]);
  const [qk, newValues] = tf.split(split, [heads + keyHeads, keyHeads], 0);
  const rotated = rotate(qk, rotation);
  const [queries, newKeys] = tf.split(rotated, [heads, keyHeads], 0);
  const keys = before ? tf.concat([before.keys, newKeys], 2) : newKeys;
  const values = before ? tf.concat([before.values, newValues], 2) : newValues;
  const group = heads / keyHeads;
  const scores = batchMatMul(ofGroups(queries, group), keys, false, true);
  const o = batchMatMul(softmax(mask ? tf.add(scores, mask) : scores), values);
  const [byRow, order] =
    group === 1 ? [o, [1, 2, 0, 3]] : [tf.reshape(o, [keyHeads, rows, group, count, headDim]), [1, 3, 0, 2, 4]];
  const attended = tf.reshape(tf.transpose(byRow, order), [rows * count, heads * headDim]) as Tensor2D;
  return { attended, cache: { keys, values } };
}

/** Puts the queries [heads, rows, count, headDim] that share a key head below each other: [keyHeads, rows, group · count, headDim]. */
function ofGroups(queries: Tensor, group: number): Tensor {
  if (group === 1) return queries;
  const [heads, rows, count, headDim] = queries.shape;
  const byKeyHead = tf.reshape(queries, [heads / group, group, rows, count!, headDim!]);
  return tf.reshape(tf.transpose(byKeyHead, [0, 2, 1, 3, 4]), [heads / group, rows, group * count!, headDim!]);
}

/** Positions in their row, [rows · count], of tokens in the columns from `from` on; 0 to `last`. */
function positionsOf(starts: readonly number[], from: number, count: number, last: number): Int32Array {
  const positions = new Int32Array(starts.length * count);
  starts.forEach((start, row) => {
    for (let i = 0; i < count; i++) positions[row * count + i] = Math.min(last, Math.max(0, from + i - start));
  });
  return positions;
}

/** 0 where a token may look and `NEVER` elsewhere, [rows, repeats · count, from + count]. */
function attentionMask(starts: readonly number[], from: number, count: number, repeats: number): Tensor3D {
  const columns = from + count;
  const queries = repeats * count;
  const mask = new Float32Array(starts.length * queries * columns);
  starts.forEach((start, row) => {
    for (let query = 0; query < queries; query++) {
      const at = (row * queries + query) * columns;
      mask.fill(NEVER, at, at + start);
      mask.fill(NEVER, at + from + (query % count) + 1, at + columns);
    }
  });
  return tf.tensor3d(mask, [starts.length, queries, columns]);
}
