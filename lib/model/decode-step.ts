import type { LlamaConfig } from "./config.ts";
import { Compiled, type GraphInput } from "./graph/index.ts";
import {
  addLinear,
  batchMatMul,
  gatherRows,
  linear,
  rmsNorm,
  rotate,
  softmax,
  splitLike,
  swiGlu,
  withGain,
} from "./kernels/index.ts";
import type { LayerCache } from "./key-value-cache.ts";
import type { Llama } from "./llama.ts";
import { tf, type Tensor, type Tensor2D } from "./tensorflow.ts";

/** Weights for decoding: gains are multiplied into the weights behind them, once. */
export interface DecoderWeights {
  readonly embedding: Tensor2D;
  readonly layers: readonly Readonly<Record<(typeof LAYER_WEIGHTS)[number], Tensor2D>>[];
  readonly head: Tensor2D;
}

const LAYER_WEIGHTS = ["qkv", "output", "gate", "up", "down"] as const;

/** Where the tokens of one step stand. */
export interface Place {
  readonly rows: number;
  /** Tokens fed to each row. */
  readonly count: number;
  /** [count, headDim / 2, 2] or, where rows stand at different positions, [rows, count, headDim / 2, 2]. */
  readonly rotation: Tensor;
  /**
   * For each part of the memory, the new columns being in the last, [rows or 1, queries, columns]: 0 or `NEVER`; none where
   * every token sees all. Where `count` is not 1, each query head of a group has its own queries.
   */
  readonly masks?: readonly Tensor[];
}

/** The memory of a layer, cut into parts by column; a step grows the last one only. */
export type LayerParts = readonly LayerCache[];

/** Last hidden states [rows · count, hidden], and the last part of each layer's memory. */
export type Step = { readonly hidden: Tensor2D; grown: LayerCache[] };

/** The model's weights as they are now; new tensors, the caller's to dispose. */
export function decoderWeights(model: Llama): DecoderWeights {
  tf.engine().startScope();
  const { embedding, layers, finalGain, head } = model.unpack();
  const weights = {
    embedding: tf.keep(embedding),
    layers: layers.map(({ attentionGain, qkv, output, feedForwardGain, gate, up, down }) => ({
      qkv: tf.keep(withGain(qkv, attentionGain)),
      output: tf.keep(output),
      gate: tf.keep(withGain(gate, feedForwardGain)),
      up: tf.keep(withGain(up, feedForwardGain)),
      down: tf.keep(down),
    })),
    head: tf.keep(withGain(head, finalGain)),
  };
  tf.engine().endScope();
  return weights;
}

export const weightList = ({ embedding, head, layers }: DecoderWeights): Tensor2D[] => [
  embedding,
  head,
  ...layers.flatMap((layer) => LAYER_WEIGHTS.map((name) => layer[name])),
];

/** The other way round. */
function weightsOf([embedding, head, ...rest]: readonly Tensor2D[]): DecoderWeights {
  const size = LAYER_WEIGHTS.length;
  const layers = Array.from({ length: rest.length / size }, (_, layer) =>
    Object.fromEntries(LAYER_WEIGHTS.map((name, i) => [name, rest[layer * size + i]])),
  );
  return { embedding, head, layers: layers as unknown as DecoderWeights["layers"] };
}

/** Feeds tokens [rows · count]. */
export function decodeTokens(
  config: LlamaConfig,
  weights: DecoderWeights,
  ids: Tensor,
  memory: readonly LayerParts[],
  place: Place,
): Step {
  const { rms_norm_eps: epsilon } = config;
  let x: Tensor2D = gatherRows(weights.embedding, ids);
  const grown = weights.layers.map(({ qkv, output, gate, up, down }, layer) => {
    const projected = linear(rmsNorm(x, epsilon), qkv);
    const attention = cachedAttention(projected, memory[layer] ?? [], place, config);
    x = addLinear(x, attention.attended, output);
    x = addLinear(x, swiGlu(rmsNorm(x, epsilon), gate, up), down);
    return attention.grown;
  });
  return { hidden: x, grown };
}

/** Logits [rows, vocabulary] of hidden states [rows, hidden]. */
export const decoderLogits = (config: LlamaConfig, { head }: DecoderWeights, hidden: Tensor2D): Tensor2D =>
  linear(rmsNorm(hidden, config.rms_norm_eps), head);

/** One graph function for all decoders of a configuration: the weights are inputs. */
const steps = new Map<string, Compiled>();

/** One token [rows] for each row, as a graph; the memory must have two parts of at least 2 columns. */
export function compiledStep(
  config: LlamaConfig,
  weights: DecoderWeights,
  ids: Tensor,
  memory: readonly LayerParts[],
  { rows, rotation, masks = [] }: Place,
): { readonly logits: Tensor2D; readonly grown: readonly LayerCache[] } {
  const layers = weights.layers.length;
  const key = JSON.stringify([config, rotation.rank, masks.length]);
  const step = steps.get(key) ?? new Compiled(compute);
  steps.set(key, step);
  const rowAxis = (axis: number): number[] => (rows > 1 ? [axis] : []);
  const input = (tensor: Tensor, varying: readonly number[]): GraphInput => ({ tensor, varying });
  const [logits, ...caches] = step.run([
    input(ids, rowAxis(0)),
    input(rotation, rotation.rank === 4 ? rowAxis(0) : []),
    ...masks.map((mask) => input(mask, [...rowAxis(0), 2])),
    ...memory.flatMap((parts) =>
      parts.flatMap(({ keys, values }) => [keys, values].map((tensor) => input(tensor, [...rowAxis(1), 2]))),
    ),
    ...weightList(weights).map((tensor) => input(tensor, [])),
  ]);
  const grown = pairsOf(caches);
  return { logits: logits as Tensor2D, grown };

  function compute([ids, rotation, ...rest]: readonly Tensor[]): Tensor[] {
    const place = { rows: ids.size, count: 1, rotation, masks: masks.length > 0 ? rest.splice(0, 2) : undefined };
    const parts = pairsOf(rest.splice(0, 4 * layers));
    const memory = Array.from({ length: layers }, (_, layer) => parts.slice(2 * layer, 2 * layer + 2));
    const given = weightsOf(rest as Tensor2D[]);
    const { hidden, grown } = decodeTokens(config, given, ids, memory, place);
    return [decoderLogits(config, given, hidden), ...grown.flatMap(({ keys, values }) => [keys, values])];
  }
}

const pairsOf = (tensors: readonly Tensor[]): LayerCache[] =>
  Array.from({ length: tensors.length / 2 }, (_, i) => ({ keys: tensors[2 * i], values: tensors[2 * i + 1] }));

/** Attention of the new tokens over what was fed before and themselves. `qkv` is [rows · count, (heads + 2 keyHeads) · headDim]. */
function cachedAttention(
  qkv: Tensor2D,
  before: LayerParts,
  { rows, count, rotation, masks }: Place,
  { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: headDim }: LlamaConfig,
): { attended: Tensor2D; grown: LayerCache } {
  const split = tf.transpose(tf.reshape(qkv, [rows, count, heads + 2 * keyHeads, headDim]), [2, 0, 1, 3]);
  const [qk, newValues] = tf.split(split, [heads + keyHeads, keyHeads], 0);
  const rotated = rotate(qk, rotation);
  const [queries, newKeys] = tf.split(rotated, [heads, keyHeads], 0);
  const last = before.length > 0 ? before[before.length - 1] : undefined;
  const grown = {
    keys: last ? tf.concat([last.keys, newKeys], 2) : newKeys,
    values: last ? tf.concat([last.values, newValues], 2) : newValues,
  };
  const group = heads / keyHeads;
  const o = attend(ofGroups(queries, group), [...before.slice(0, -1), grown], masks);
  const [byRow, order] =
    group === 1 ? [o, [1, 2, 0, 3]] : [tf.reshape(o, [keyHeads, rows, group, count, headDim]), [1, 3, 0, 2, 4]];
  return { attended: tf.reshape(tf.transpose(byRow, order), [rows * count, heads * headDim]), grown };
}

/** Softmax attention over the columns of all parts together. */
function attend(queries: Tensor, parts: LayerParts, masks: readonly Tensor[] | undefined): Tensor {
  const scores = parts.map(({ keys }, i) => {
    const products = batchMatMul(queries, keys, false, true);
    return masks ? tf.add(products, masks[i]) : products;
  });
  if (parts.length === 1) return batchMatMul(softmax(scores[0]), parts[0].values);
  const probabilities = splitLike(softmax(tf.concat(scores, -1)), scores);
  return tf.addN(parts.map(({ values }, i) => batchMatMul(probabilities[i], values)));
}

/** Puts the queries [heads, rows, count, headDim] that share a key head below each other: [keyHeads, rows, group · count, headDim]. */
function ofGroups(queries: Tensor, group: number): Tensor {
  if (group === 1) return queries;
  const [heads, rows, count, headDim] = queries.shape;
  const byKeyHead = tf.reshape(queries, [heads / group, group, rows, count!, headDim!]);
  return tf.reshape(tf.transpose(byKeyHead, [0, 2, 1, 3, 4]), [heads / group, rows, group * count!, headDim!]);
}
