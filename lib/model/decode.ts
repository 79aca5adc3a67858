import type { LlamaConfig } from "./config.ts";
import {
  compiledStep,
  decodeTokens,
  decoderLogits,
  decoderWeights,
  weightList,
  type DecoderWeights,
  type Place,
  type Step,
} from "./decode-step.ts";
import { DecoderMemory } from "./decoder-memory.ts";
import { gatherRows } from "./kernels/index.ts";
import { disposeCaches, joinCaches, selectRows, type LayerCache } from "./key-value-cache.ts";
import { NEVER, type Llama } from "./llama.ts";
import { nativeBackend, tf, type Tensor, type Tensor2D, type Tensor3D } from "./tensorflow.ts";

/** Most attention scores that are computed at once; longer first tokens are read in pieces. */
const SCORES_AT_ONCE = 2 ** 24;

/**
 * Decoding with remembered keys and values. Rows of different lengths stand side by side, flush right: there are as many
 * columns as the longest row has tokens, and a shorter row does not see the columns before its first token.
 *
 * Computes with the weights that the model had when the decoder was made. Holds tensors until `dispose`; the other methods
 * may be called inside `tf.tidy`.
 */
export class Decoder {
  readonly #config: LlamaConfig;
  readonly #weights: DecoderWeights;
  /** Rotation of every position, [context, headDim / 2, 2]. */
  readonly #rotation: Tensor3D;
  readonly #memory = new DecoderMemory();
  /** Tokens fed to each row. */
  #lengths: readonly number[] = [];

  constructor(model: Llama) {
    this.#config = model.config;
    this.#weights = decoderWeights(model);
    const { max_position_embeddings: positions } = model.config;
    this.#rotation = tf.keep(tf.tidy(() => model.positions(0, positions).rotation.forward as Tensor3D));
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
      let caches: readonly LayerCache[] = [];
      let from = 0;
      for (;;) {
        const count = Math.min(piece, longest - from);
        const ids = new Int32Array(rows * count); // what stands before a row's start is never seen
        for (let row = 0; row < rows; row++)
          for (let i = Math.max(0, starts[row] - from); i < count; i++)
            ids[row * count + i] = prompts[row][from + i - starts[row]];
        const step = this.#forward(ids, caches, starts, from);
        disposeCaches(caches);
        caches = step.grown;
        from += count;
        if (from === longest) {
          this.#memory.replace(this.#lengths.length === 0 ? caches : joinCaches(this.#memory.whole(), caches));
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
      const count = ids.length / rows;
      const parts = count === 1 && nativeBackend() ? this.#memory.parts() : undefined;
      this.#lengths = this.#lengths.map((length) => length + count);
      if (parts) {
        const place = this.#place(starts, columns, 1, parts[0][0].keys.shape[2]);
        const tokens = tf.tensor1d(ids, "int32");
        const { logits, grown } = compiledStep(this.#config, this.#weights, tokens, parts, place);
        this.#memory.replaceRecent(grown);
        return logits;
      }
      const { hidden, grown } = this.#forward(ids, this.#memory.whole(), starts, columns);
      this.#memory.replace(grown);
      return this.#logits(hidden, rows);
    });
  }

  /** Forgets all rows but these (indices, in the order they shall have). */
  keepRows(rows: readonly number[]): void {
    const lengths = rows.map((row) => this.#lengths[row]);
    const caches = this.#memory.whole();
    tf.tidy(() => this.#memory.replace(rows.length === 0 ? [] : selectRows(caches, rows, Math.max(...lengths))));
    this.#lengths = lengths;
  }

  dispose(): void {
    this.#memory.replace([]);
    tf.dispose([...weightList(this.#weights), this.#rotation]);
  }

  /** Computes tokens [rows · count] that stand in the columns from `from` on; a row's first token stands in its start. */
  #forward(ids: Int32Array, before: readonly LayerCache[], starts: readonly number[], from: number): Step {
    return tf.tidy(() => {
      const place = this.#place(starts, from, ids.length / starts.length);
      const memory = before.map((cache) => [cache]);
      return decodeTokens(this.#config, this.#weights, tf.tensor1d(ids, "int32"), memory, place);
    });
  }

  /** Logits [rows, vocabulary] behind the last token of each row. */
  #logits(hidden: Tensor2D, rows: number): Tensor2D {
    const count = hidden.shape[0] / rows;
    const index = (): Int32Array => Int32Array.from({ length: rows }, (_, row) => row * count + count - 1);
    const last = count === 1 ? hidden : gatherRows(hidden, tf.tensor1d(index(), "int32"));
    return decoderLogits(this.#config, this.#weights, last);
  }

  /** `old`: columns of the memory's first part, where it has two. */
  #place(starts: readonly number[], from: number, count: number, old = 0): Place {
    const rows = starts.length;
    const rowsDiffer = starts.some((start) => start > 0);
    const rotation = rowsDiffer ? this.#rotationOf(starts, from, count) : tf.slice(this.#rotation, from, count);
    if (!rowsDiffer && count === 1) return { rows, count, rotation };
    const group = this.#config.num_attention_heads / this.#config.num_key_value_heads;
    const mask = attentionMask(rowsDiffer ? starts : [0], from, count, count === 1 ? 1 : group);
    return { rows, count, rotation, masks: old === 0 ? [mask] : tf.split(mask, [old, from + count - old], 2) };
  }

  /** Rotation of each token where rows stand at different positions, [rows, count, headDim / 2, 2]. */
  #rotationOf(starts: readonly number[], from: number, count: number): Tensor {
    const [positions, half] = this.#rotation.shape;
    const index = tf.tensor1d(positionsOf(starts, from, count, positions - 1), "int32");
    return tf.reshape(gatherRows(this.#rotation, index), [starts.length, count, half, 2]);
  }
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
