import type { LlamaConfig } from "./config.ts";
import { addFeedForward, type Positions } from "./forward.ts";
import { addLinear, linear, repeatHeads, rmsNorm, rotate, softmax, withGain } from "./kernels/index.ts";
import type { Llama } from "./llama.ts";
import { tf, type Tensor, type Tensor2D } from "./tensorflow.ts";
import type { LayerWeights, LlamaWeights } from "./weights.ts";

/** Keys and values of a layer, [keyHeads, rows, length, headDim]. */
interface LayerCache {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * Decoding with remembered keys and values: rows of equal length are fed some tokens each and give the logits behind the
 * last. Holds tensors until `dispose`; `feed` and `keepRows` may be called inside `tf.tidy`.
 */
export class Decoder {
  readonly #model: Llama;
  readonly #weights: LlamaWeights;
  readonly #held: Tensor[];
  #caches: LayerCache[] = [];
  #length = 0;

  constructor(model: Llama) {
    this.#model = model;
    tf.engine().startScope();
    this.#weights = model.unpack();
    this.#held = tensorsOf(this.#weights).map((tensor) => tf.keep(tensor));
    tf.engine().endScope();
  }

  /** Tokens fed to each row so far. */
  get length(): number {
    return this.#length;
  }

  /** Feeds `count` tokens to each of `rows` rows; `ids` is [rows · count]. Returns logits [rows, vocabulary]. */
  feed(ids: Int32Array, rows: number): Tensor2D {
    const count = ids.length / rows;
    const { config } = this.#model;
    return tf.tidy(() => {
      const weights = this.#weights;
      const positions = this.#model.positions(this.#length, count);
      let x: Tensor2D = tf.gather(weights.embedding, tf.tensor1d(ids, "int32"));
      const caches = weights.layers.map((layer, index) => {
        const normed = linear(rmsNorm(x, config.rms_norm_eps), withGain(layer.qkv, layer.attentionGain));
        const { attended, cache } = cachedAttention(normed, this.#caches[index], positions, rows, count, config);
        x = addFeedForward(addLinear(x, attended, layer.output), layer, config);
        return cache;
      });
      this.#replaceCaches(caches);
      this.#length += count;
      const last = count === 1 ? x : lastOfEach(x, rows, count);
      return linear(rmsNorm(last, config.rms_norm_eps), withGain(weights.head, weights.finalGain));
    });
  }

  /** Forgets all rows but these (indices, in the order they shall have). */
  keepRows(rows: readonly number[]): void {
    tf.tidy(() => {
      const index = tf.tensor1d([...rows], "int32");
      this.#replaceCaches(
        this.#caches.map(({ keys, values }) => ({
          keys: tf.gather(keys, index, 1),
          values: tf.gather(values, index, 1),
        })),
      );
    });
  }

  dispose(): void {
    this.#replaceCaches([]);
    tf.dispose(this.#held);
  }

  #replaceCaches(caches: LayerCache[]): void {
    for (const { keys, values } of this.#caches) tf.dispose([keys, values]);
    for (const { keys, values } of caches) [keys, values].forEach((tensor) => tf.keep(tensor));
    this.#caches = caches;
  }
}

/** Attention of `count` new positions over all that were fed before and themselves. */
function cachedAttention(
  qkv: Tensor2D,
  before: LayerCache | undefined,
  { rotation, mask }: Positions,
  rows: number,
  count: number,
  config: LlamaConfig,
): { attended: Tensor2D; cache: LayerCache } {
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: headDim } = config;
  const split = tf.transpose(tf.reshape(qkv, [rows, count, heads + 2 * keyHeads, headDim]), [2, 0, 1, 3]);
  const [qk, newValues] = tf.split(split, [heads + keyHeads, keyHeads], 0);
  const [queries, newKeys] = tf.split(rotate(qk, rotation.forward), [heads, keyHeads], 0);
  const keys = before ? tf.concat([before.keys, newKeys], 2) : newKeys;
  const values = before ? tf.concat([before.values, newValues], 2) : newValues;
  const group = heads / keyHeads;
  const scores = tf.matMul(queries, repeatHeads(keys, group), false, true);
  const p = softmax(count === 1 ? scores : tf.add(scores, mask));
  const o = tf.matMul(p, repeatHeads(values, group));
  const attended = tf.reshape(tf.transpose(o, [1, 2, 0, 3]), [rows * count, heads * headDim]) as Tensor2D;
  return { attended, cache: { keys, values } };
}

/** Row `count - 1`, `2 count - 1`, ... of x [rows · count, features]. */
function lastOfEach(x: Tensor2D, rows: number, count: number): Tensor2D {
  const index = Int32Array.from({ length: rows }, (_, row) => row * count + count - 1);
  return tf.gather(x, tf.tensor1d(index, "int32"));
}

function tensorsOf({ embedding, layers, finalGain, head }: LlamaWeights): Tensor[] {
  const ofLayer = (layer: LayerWeights): Tensor[] => Object.values(layer) as Tensor[];
  return [...new Set([embedding, ...layers.flatMap(ofLayer), finalGain, head])];
}
