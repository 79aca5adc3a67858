import * as path from "node:path";
import { assert, UserError, writeJson } from "../base/index.ts";
import type { EmbeddingParts } from "../labels/index.ts";
import { configToJson, parseConfig, readConfig, type LlamaConfig, type LlamaConfigInput } from "./config.ts";
import { hiddenStates, type LayerTerms, type Positions } from "./forward.ts";
import { initialWeights, type InitialWeightsOptions } from "./initial-weights.ts";
import { linear, linearCrossEntropy, rotationTable, withGain } from "./kernels/index.ts";
import { EMBEDDING, layoutSize, NUMBER_PARTS, parameterLayout, TYPE_PARTS, type Parameter } from "./layout.ts";
import type { LoraAdapter } from "./lora.ts";
import { droppedTerms } from "./lora-dropout.ts";
import { adaptedWeights, mergedWeights, unpackAdapter, withRows } from "./lora-weights.ts";
import { readModelArrays, writeModelArrays } from "./model-files.ts";
import { resizedTables, type ResizeOptions } from "./resize.ts";
import type { NamedArray } from "./safetensors.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Variable } from "./tensorflow.ts";
import { unpackWeights, type LlamaWeights } from "./weights.ts";

/** Added to an attention score, it leaves a probability of exactly 0. */
export const NEVER = -1e9;

export interface ForwardOptions {
  /** Where the tokens stand and what they see; by default each row is one text from position 0 on. */
  readonly positions?: Positions;
  /** Switches the dropout of an active adapter on: training. The same seed gives the same masks. */
  readonly dropoutSeed?: number;
}

/** Largest weight file that `save` writes, in bytes. */
const LARGEST_FILE = 5e9;

/** A decoder-only language model of the Llama family, small enough to train here. Call `selectEngine` first. */
export class Llama {
  readonly config: LlamaConfig;
  /** What tokens share in the embedding; only while training, a saved model has the sums. */
  readonly parts: EmbeddingParts | undefined;
  readonly layout: readonly Parameter[];
  /** All weights as one vector, in the order of `layout`. */
  readonly weights: Variable;
  #adapter: LoraAdapter | null = null;
  /** Adapters in the base's weights, with the weights before each. */
  readonly #merged: { readonly adapter: LoraAdapter; readonly before: Tensor }[] = [];
  readonly #turn: Tensor3D;
  readonly #turnBack: Tensor3D;
  readonly #mask: Tensor2D;

  private constructor(config: LlamaConfig, values: Float32Array, parts?: EmbeddingParts) {
    this.config = config;
    this.parts = parts;
    this.layout = parameterLayout(config, parts);
    assert(
      values.length === layoutSize(this.layout),
      `${values.length} weights for a layout of ${layoutSize(this.layout)}`,
    );
    const { max_position_embeddings: longest, head_dim: headDim, rope_theta: theta } = config;
    const scale = headDim ** -0.25; // on queries and keys: their products are scaled by 1 / sqrt(headDim)
    const table = (sign: 1 | -1): Tensor3D =>
      tf.tensor3d(rotationTable(longest, headDim, theta, scale, sign), [longest, headDim / 2, 2]);
    this.weights = tf.tidy(() => tf.variable(tf.tensor1d(values)));
    this.#turn = table(1);
    this.#turnBack = table(-1);
    this.#mask = tf.tidy(() => {
      const position = tf.range(0, longest, 1, "int32");
      return tf.mul(tf.cast(tf.greater(position, tf.reshape(position, [-1, 1])), "float32"), NEVER);
    });
  }

  /** A new model (see `initialWeights`). The same seed gives the same weights. */
  static create(config: LlamaConfigInput, options: InitialWeightsOptions & { readonly parts?: EmbeddingParts }): Llama {
    const checked = parseConfig(config);
    const { parts } = options;
    if (parts && parts.types.length !== checked.vocab_size)
      throw new UserError(`embedding parts for ${parts.types.length} tokens, but vocab_size is ${checked.vocab_size}`);
    return new Llama(checked, initialWeights(checked, parameterLayout(checked, parts), options), parts);
  }

  /**
   * Loads `config.json` and `model.safetensors`, or the shards named in `model.safetensors.index.json`, in Hugging Face's
   * names and layout.
   */
  static load(folder: string): Llama {
    const config = readConfig(path.join(folder, "config.json"));
    return Llama.fromArrays(config, readModelArrays(folder), folder);
  }

  /** A model from named arrays; `source` is quoted in errors. */
  static fromArrays(config: LlamaConfigInput, arrays: ReadonlyMap<string, NamedArray>, source = "weights"): Llama {
    const checked = parseConfig(config);
    const layout = parameterLayout(checked);
    const values = new Float32Array(layoutSize(layout));
    for (const { name, shape, offset } of layout) {
      const array = arrays.get(name);
      if (!array) throw new UserError(`${source}: weight ${name} [${shape.join(", ")}] is missing`);
      if (array.shape.join() !== shape.join())
        throw new UserError(
          `${source}: weight ${name} is [${array.shape.join(", ")}], config.json wants [${shape.join(", ")}]`,
        );
      values.set(array.data, offset);
    }
    return new Llama(checked, values);
  }

  get parameterCount(): number {
    return this.weights.size;
  }

  /** The active adapter, or null where the base computes alone. */
  get adapter(): LoraAdapter | null {
    return this.#adapter;
  }

  /** Computes (and trains) with this adapter from now on, or with the base alone; nothing is copied or loaded. */
  use(adapter: LoraAdapter | null): void {
    adapter?.checkFits(this);
    if (this.#merged.some((merged) => merged.adapter === adapter))
      throw new UserError("this adapter is merged into the model: unmerge it before it is used beside it");
    this.#adapter = adapter;
  }

  /** Adds an adapter to the base's weights. An active adapter that is merged is active no longer: logits stay. */
  merge(adapter: LoraAdapter): void {
    adapter.checkFits(this);
    if (this.#merged.some((merged) => merged.adapter === adapter))
      throw new UserError("this adapter is merged into the model already");
    const merged = mergedWeights(this, adapter, adapter.weights);
    this.#merged.push({ adapter, before: this.weights.clone() });
    this.weights.assign(merged);
    merged.dispose();
    if (this.#adapter === adapter) this.#adapter = null;
  }

  /** Puts back the base's weights of before `merge`, bit for bit. Of several adapters the last merged goes first. */
  unmerge(adapter: LoraAdapter): void {
    const last = this.#merged[this.#merged.length - 1];
    if (last?.adapter !== adapter)
      throw new UserError(
        this.#merged.some((merged) => merged.adapter === adapter)
          ? "another adapter was merged after this one: unmerge that one first"
          : "this adapter is not merged into the model",
      );
    this.#merged.pop();
    this.weights.assign(last.before);
    last.before.dispose();
  }

  /** What training changes, as one vector, in the order of `trainableLayout`: the active adapter's, else all weights. */
  get trainable(): Variable {
    return this.#adapter?.weights ?? this.weights;
  }

  get trainableLayout(): readonly Parameter[] {
    return this.#adapter?.layout.parameters ?? this.layout;
  }

  /** The base's weights under their Hugging Face names, embedding parts summed into the plain table. */
  toArrays(): Map<string, NamedArray> {
    const values = (this.weights.dataSync() as Float32Array).slice();
    const arrays = new Map<string, NamedArray>();
    for (const { name, shape, offset, size } of this.layout)
      arrays.set(name, { shape, data: values.subarray(offset, offset + size) });
    if (this.parts) {
      arrays.delete(TYPE_PARTS);
      arrays.delete(NUMBER_PARTS);
      const data = tf.tidy(
        () => unpackWeights(this.weights, this.config, this.parts).embedding.dataSync() as Float32Array,
      );
      arrays.set(EMBEDDING, { shape: [this.config.vocab_size, this.config.hidden_size], data });
    }
    return arrays;
  }

  /**
   * Writes the base as Hugging Face's `from_pretrained` reads it: `model.safetensors`, or shards with an index where it is
   * larger than `maxShardBytes`; `config.json` and `generation_config.json`. An adapter has a `save` of its own.
   */
  save(folder: string, { maxShardBytes = LARGEST_FILE }: { readonly maxShardBytes?: number } = {}): void {
    const { bos_token_id, eos_token_id, pad_token_id } = this.config;
    writeModelArrays(folder, this.toArrays(), maxShardBytes);
    writeJson(path.join(folder, "config.json"), configToJson(this.config));
    writeJson(path.join(folder, "generation_config.json"), {
      do_sample: false,
      bos_token_id,
      eos_token_id,
      pad_token_id,
    });
  }

  /**
   * A new model for a vocabulary of another size: embedding and output table lose their last rows, or get new ones (see
   * `ResizeOptions`). Adapters stay with the old model.
   */
  resized(vocabularySize: number, options: ResizeOptions): Llama {
    if (this.parts)
      throw new UserError("a model whose tokens share embedding parts cannot be resized; save and load it to sum them");
    const config = parseConfig({ ...this.config, vocab_size: vocabularySize });
    return Llama.fromArrays(config, resizedTables(this.toArrays(), config, options));
  }

  /** The pieces of a flat weight vector that takes the place of `trainable`, with the active adapter applied. */
  unpack(flat: Tensor = this.trainable): LlamaWeights {
    return this.#adapter ? adaptedWeights(this, this.#adapter, flat) : unpackWeights(flat, this.config, this.parts);
  }

  /** Rotation tables and mask for positions `from` to `from + count - 1`, the mask over positions 0 to its last. */
  positions(from: number, count: number): Positions {
    const rows = (table: Tensor3D): Tensor3D => tf.slice(table, from, count);
    return {
      rotation: { forward: rows(this.#turn), backward: rows(this.#turnBack) },
      mask: tf.slice(this.#mask, [from, 0], [count, from + count]),
    };
  }

  /** Logits [batch, length, vocabulary] of right-padded sequences; `ids` [batch][length]. */
  logits(ids: readonly (readonly number[])[]): Tensor {
    const batch = ids.length;
    const length = ids[0].length;
    this.checkLength(length);
    return tf.tidy(() => {
      const weights = this.unpack();
      const flat = tf.tensor1d(ids.flat(), "int32");
      const hidden = hiddenStates(weights, flat, batch, this.positions(0, length), this.config);
      const logits = linear(hidden, withGain(weights.head, weights.finalGain));
      return tf.reshape(logits, [batch, length, this.config.vocab_size]);
    });
  }

  /**
   * Negative log-likelihood [batch · length] of each position's label, differentiable in `flat`, which takes the place of
   * `trainable`. `ids` and `labels` are [batch · length] int32, right-padded: what a padded position gives is for the
   * caller to weigh with 0.
   */
  negativeLogLikelihood(
    flat: Tensor,
    ids: Tensor1D,
    labels: Tensor1D,
    batch: number,
    options: ForwardOptions = {},
  ): Tensor1D {
    const length = ids.size / batch;
    this.checkLength(length);
    const { weights, terms } = this.unpackForTraining(flat, options.dropoutSeed);
    const { positions = this.positions(0, length) } = options;
    const hidden = hiddenStates(weights, ids, batch, positions, this.config, terms);
    return linearCrossEntropy(hidden, withGain(weights.head, weights.finalGain), labels);
  }

  private unpackForTraining(
    flat: Tensor,
    dropoutSeed: number | undefined,
  ): { weights: LlamaWeights; terms?: readonly LayerTerms[] } {
    const adapter = this.#adapter;
    if (!adapter || adapter.config.lora_dropout === 0 || dropoutSeed === undefined)
      return { weights: this.unpack(flat) };
    const pieces = unpackAdapter(flat, adapter, this.config);
    const weights = withRows(unpackWeights(this.weights, this.config, this.parts), pieces, adapter);
    return { weights, terms: droppedTerms(pieces, adapter.config, this.config, dropoutSeed) };
  }

  private checkLength(length: number): void {
    const { max_position_embeddings: longest } = this.config;
    if (length > longest)
      throw new UserError(`a sequence of ${length} tokens is longer than the model's context of ${longest}`);
  }

  /** Adapters are their makers' to dispose. */
  dispose(): void {
    tf.dispose(this.#merged.map(({ before }) => before));
    tf.dispose([this.weights, this.#turn, this.#turnBack, this.#mask]);
  }
}
