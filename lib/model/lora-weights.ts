import { assert } from "../base/index.ts";
import type { EmbeddingParts } from "../labels/index.ts";
import type { LlamaConfig } from "./config.ts";
import { replaceRows } from "./kernels/index.ts";
import { layoutSize, type Parameter } from "./layout.ts";
import { PROJECTIONS, type LoraConfig, type Projection } from "./lora-config.ts";
import type { AdapterLayout } from "./lora-layout.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from "./tensorflow.ts";
import { unpackWeights, type LlamaWeights } from "./weights.ts";

/** What an adapter changes. */
export interface BaseModel {
  readonly config: LlamaConfig;
  readonly parts: EmbeddingParts | undefined;
  readonly layout: readonly Parameter[];
  readonly weights: Tensor;
}

/** What an adapter is made of; its flat vector comes on its own, to be differentiable. */
export interface AdapterForm {
  readonly config: LoraConfig;
  readonly layout: AdapterLayout;
}

/** An adapter's flat vector in pieces; gradients flow back into it. */
export interface AdapterPieces {
  /** [layers, r, in] and [layers, out, r]. */
  readonly factors: ReadonlyMap<Projection, { readonly a: Tensor3D; readonly b: Tensor3D }>;
  /** [tokens, hidden] */
  readonly embeddingRows: Tensor2D | undefined;
  readonly headRows: Tensor2D | undefined;
}

export function unpackAdapter(flat: Tensor, { config, layout }: AdapterForm, model: LlamaConfig): AdapterPieces {
  const { num_hidden_layers: layers, hidden_size: hidden } = model;
  const { tokens, lowRank } = layout;
  const rows = (count: number): number[][] => (count > 0 ? [[count, hidden]] : []);
  const shapes = [
    ...rows(tokens.embedding.length),
    ...lowRank.flatMap((part) => [[layers, config.r, part.in], [layers, part.out, config.r]]), // prettier-ignore
    ...rows(tokens.head.length),
  ];
  const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  const pieces = tf.split(flat, sizes).map((piece, i) => tf.reshape(piece, shapes[i]));
  const take = <T extends Tensor>(): T => pieces.shift() as T;
  return {
    embeddingRows: tokens.embedding.length > 0 ? take<Tensor2D>() : undefined,
    factors: new Map(lowRank.map(({ projection }) => [projection, { a: take<Tensor3D>(), b: take<Tensor3D>() }])),
    headRows: tokens.head.length > 0 ? take<Tensor2D>() : undefined,
  };
}

export const scaling = ({ lora_alpha, r }: LoraConfig): number => lora_alpha / r;

/** The base's flat vector with every adapted weight W replaced by W + scaling · B A; token rows stay the base's. */
export function addUpdates(base: BaseModel, { factors }: AdapterPieces, config: LoraConfig): Tensor1D {
  const layers = base.config.num_hidden_layers;
  const ofFirst = base.layout.filter(({ name }) => name.startsWith("model.layers.0."));
  const paths = new Map(Object.entries(PROJECTIONS).map(([name, path]) => [path as string, name as Projection]));
  const blocks: Tensor2D[] = [];
  let unchanged = 0;
  const addUnchanged = (): void => {
    if (unchanged > 0) blocks.push(tf.zeros([layers, unchanged]));
    unchanged = 0;
  };
  for (const { name, size } of ofFirst) {
    const factor = factors.get(paths.get(name.slice("model.layers.0.".length, -".weight".length)) as Projection);
    if (factor) {
      addUnchanged();
      blocks.push(tf.reshape(tf.matMul(factor.b, factor.a), [layers, size]));
    } else unchanged += size;
  }
  addUnchanged();
  const update = tf.mul(tf.reshape(tf.concat(blocks, 1), [-1]), scaling(config));
  const before = ofFirst[0].offset;
  const after = layoutSize(base.layout) - before - update.size;
  return tf.add(base.weights, tf.pad(update, [[before, after]]));
}

/** The base's weights with the adapter applied. The base is constant in this, the adapter's flat vector is not. */
export function adaptedWeights(base: BaseModel, adapter: AdapterForm, flat: Tensor): LlamaWeights {
  const pieces = unpackAdapter(flat, adapter, base.config);
  return withRows(unpackWeights(addUpdates(base, pieces, adapter.config), base.config, base.parts), pieces, adapter);
}

/** Puts the adapter's token rows in the place of the base's. */
export function withRows(weights: LlamaWeights, pieces: AdapterPieces, { layout }: AdapterForm): LlamaWeights {
  const { embeddingRows, headRows } = pieces;
  const tied = weights.head === weights.embedding;
  assert(!(tied && headRows), "rows of an output table that is tied");
  const replaced = (table: Tensor2D, rows: Tensor2D | undefined, tokens: readonly number[]): Tensor2D =>
    rows ? replaceRows(table, rows, Int32Array.from(tokens)) : table;
  const embedding = replaced(weights.embedding, embeddingRows, layout.tokens.embedding);
  return { ...weights, embedding, head: tied ? embedding : replaced(weights.head, headRows, layout.tokens.head) };
}

/** The base's flat vector with the adapter in it for good. Not differentiable. */
export function mergedWeights(base: BaseModel, adapter: AdapterForm, flat: Tensor): Tensor1D {
  return tf.tidy(() => {
    const pieces = unpackAdapter(flat, adapter, base.config);
    const values = (addUpdates(base, pieces, adapter.config).dataSync() as Float32Array).slice();
    const put = (rows: Tensor2D | undefined, tokens: readonly number[], offset: number): void => {
      const data = rows?.dataSync();
      const width = base.config.hidden_size;
      tokens.forEach((id, i) =>
        values.set((data as Float32Array).subarray(i * width, (i + 1) * width), offset + id * width),
      );
    };
    put(pieces.embeddingRows, adapter.layout.tokens.embedding, base.layout[0].offset);
    put(pieces.headRows, adapter.layout.tokens.head, base.layout[base.layout.length - 1].offset);
    return tf.tensor1d(values);
  });
}
