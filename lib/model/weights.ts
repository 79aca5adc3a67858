import type { EmbeddingParts } from "../labels/index.ts";
import type { LlamaConfig } from "./config.ts";
import { gatherRows, interleavedRows } from "./kernels/index.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "./tensorflow.ts";

export interface LayerWeights {
  readonly attentionGain: Tensor1D;
  /** Query, key and value projections one below the other, [(heads + 2 keyHeads) · headDim, hidden]; see `interleavedRows`. */
  readonly qkv: Tensor2D;
  readonly output: Tensor2D;
  readonly feedForwardGain: Tensor1D;
  readonly gate: Tensor2D;
  readonly up: Tensor2D;
  readonly down: Tensor2D;
}

export interface LlamaWeights {
  /** Vector of each token [vocabulary, hidden], parts added. */
  readonly embedding: Tensor2D;
  readonly layers: readonly LayerWeights[];
  readonly finalGain: Tensor1D;
  /** Output table [vocabulary, hidden]; with tied embeddings the embedding itself. */
  readonly head: Tensor2D;
}

/** Cuts the flat vector (see `parameterLayout`) into the pieces that the forward pass uses; gradients flow back into it. */
export function unpackWeights(flat: Tensor, config: LlamaConfig, parts?: EmbeddingParts): LlamaWeights {
  const { hidden_size: hidden, intermediate_size: intermediate, head_dim: headDim, vocab_size: vocabulary } = config;
  const queries = config.num_attention_heads * headDim;
  const keys = config.num_key_value_heads * headDim;
  const layerShapes = [
    [hidden],
    [queries + 2 * keys, hidden],
    [hidden, queries],
    [hidden],
    [intermediate, hidden],
    [intermediate, hidden],
    [hidden, intermediate],
  ];
  const shapes: number[][] = [[vocabulary, hidden]];
  if (parts) shapes.push([parts.typeCount - 1, hidden], [parts.numberCount - 1, hidden]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) shapes.push(...layerShapes);
  shapes.push([hidden]);
  if (!config.tie_word_embeddings) shapes.push([vocabulary, hidden]);

  const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  const pieces = tf.split(flat, sizes).map((piece, i) => tf.reshape(piece, shapes[i]));
  let next = 0;
  const take = <T extends Tensor>(): T => pieces[next++] as T;

  const own = take<Tensor2D>();
  const embedding = parts ? addParts(own, take<Tensor2D>(), take<Tensor2D>(), parts) : own;
  const order = tf.tensor1d(interleavedRows((queries + keys) / headDim, headDim, keys), "int32");
  const layers = Array.from({ length: config.num_hidden_layers }, () => ({
    attentionGain: take<Tensor1D>(),
    qkv: gatherRows(take<Tensor2D>(), order),
    output: take<Tensor2D>(),
    feedForwardGain: take<Tensor1D>(),
    gate: take<Tensor2D>(),
    up: take<Tensor2D>(),
    down: take<Tensor2D>(),
  }));
  const finalGain = take<Tensor1D>();
  return { embedding, layers, finalGain, head: config.tie_word_embeddings ? embedding : take<Tensor2D>() };
}

/** Row i: own[i] + types[types of i] + numbers[number of i]; part index 0 adds nothing. */
function addParts(own: Tensor2D, types: Tensor2D, numbers: Tensor2D, parts: EmbeddingParts): Tensor2D {
  const rows = (table: Tensor2D, index: Int32Array): Tensor2D =>
    gatherRows(tf.pad(table, [[1, 0], [0, 0]]), tf.tensor1d(index, "int32")); // prettier-ignore
  return tf.add(tf.add(own, rows(types, parts.types)), rows(numbers, parts.numbers));
}
