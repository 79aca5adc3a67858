import * as path from "node:path";
import { createRandom, readJson, UserError, writeJson } from "../base/index.ts";
import { EMBEDDING, HEAD, layoutSize, type Parameter } from "./layout.ts";
import { loraConfigToJson, parseLoraConfig, type LoraConfig, type LoraConfigInput } from "./lora-config.ts";
import { adapterLayout, rowsName, type AdapterLayout } from "./lora-layout.ts";
import type { AdapterForm, BaseModel } from "./lora-weights.ts";
import { readSafetensors, writeSafetensors, type NamedArray } from "./safetensors.ts";
import { tf, type Variable } from "./tensorflow.ts";

const CONFIG = "adapter_config.json";
const ARRAYS = "adapter_model.safetensors";

/**
 * Low-rank updates of a model's linear layers (LoRA, Hu et al. 2021), and with `trainable_token_indices` whole rows of its
 * embedding, in PEFT's terms and files. Give it to `Llama.use`; any number can live beside one base model.
 */
export class LoraAdapter implements AdapterForm {
  readonly config: LoraConfig;
  readonly layout: AdapterLayout;
  /** All weights as one vector, in the order of `layout.parameters`. */
  readonly weights: Variable;

  private constructor(config: LoraConfig, layout: AdapterLayout, values: Float32Array) {
    this.config = config;
    this.layout = layout;
    this.weights = tf.tidy(() => tf.variable(tf.tensor1d(values)));
  }

  /**
   * A new adapter that changes nothing yet, initialised as in PEFT: A is uniform in ±1 / sqrt(in), B is 0, token rows are
   * the model's. The same seed gives the same weights.
   */
  static create(model: BaseModel, config: LoraConfigInput, options: { readonly seed: number | string }): LoraAdapter {
    const checked = parseLoraConfig(config);
    const layout = layoutFor(checked, model, "LoRA config");
    const random = createRandom(options.seed, "model/lora");
    const values = new Float32Array(layoutSize(layout.parameters));
    for (const { name, shape, offset, size } of layout.parameters) {
      if (!name.endsWith("lora_A.weight")) continue;
      const bound = 1 / Math.sqrt(shape[1]); // kaiming_uniform with a = sqrt(5)
      for (let i = offset; i < offset + size; i++) values[i] = (2 * random.next() - 1) * bound;
    }
    copyRows(values, layout, model);
    return new LoraAdapter(checked, layout, values);
  }

  /** Loads `adapter_config.json` and `adapter_model.safetensors`, made by PEFT or by `save`, for this model. */
  static load(folder: string, model: BaseModel): LoraAdapter {
    const file = path.join(folder, CONFIG);
    let fields: unknown;
    try {
      fields = readJson(file);
    } catch (error) {
      throw new UserError(`${file}: not a readable ${CONFIG}: ${(error as Error).message}`);
    }
    const arrays = path.join(folder, ARRAYS);
    return LoraAdapter.fromArrays(model, parseLoraConfig(fields, file), readSafetensors(arrays), arrays);
  }

  /** An adapter from named arrays; `source` is quoted in errors. */
  static fromArrays(
    model: BaseModel,
    config: LoraConfigInput,
    arrays: ReadonlyMap<string, NamedArray>,
    source = "adapter weights",
  ): LoraAdapter {
    const checked = parseLoraConfig(config);
    const layout = layoutFor(checked, model, source);
    const values = new Float32Array(layoutSize(layout.parameters));
    for (const { name, shape, offset } of layout.parameters) {
      const array = arrays.get(name);
      if (!array) throw new UserError(`${source}: weight ${name} [${shape.join(", ")}] is missing`);
      if (array.shape.join() !== shape.join())
        throw new UserError(
          `${source}: weight ${name} is [${array.shape.join(", ")}], config and model want [${shape.join(", ")}]`,
        );
      values.set(array.data, offset);
    }
    const known = new Set(layout.parameters.map(({ name }) => name));
    const foreign = [...arrays.keys()].find((name) => !known.has(name));
    if (foreign !== undefined) throw new UserError(`${source}: weight ${foreign} is not in the adapter's config`);
    return new LoraAdapter(checked, layout, values);
  }

  get parameterCount(): number {
    return this.weights.size;
  }

  /** The weights under PEFT's names. */
  toArrays(): Map<string, NamedArray> {
    const values = (this.weights.dataSync() as Float32Array).slice();
    return new Map(
      this.layout.parameters.map(({ name, shape, offset, size }) => [
        name,
        { shape, data: values.subarray(offset, offset + size) },
      ]),
    );
  }

  /** Writes the files that PEFT's `PeftModel.from_pretrained` loads. */
  save(folder: string): void {
    writeSafetensors(path.join(folder, ARRAYS), this.toArrays(), { format: "pt" });
    writeJson(path.join(folder, CONFIG), loraConfigToJson(this.config));
  }

  /** Throws a `UserError` where the adapter was made for a model of another shape. */
  checkFits(model: BaseModel): void {
    const wanted = layoutFor(this.config, model, "adapter").parameters;
    const own = this.layout.parameters;
    const other = wanted.findIndex(
      ({ name, shape }, i) => own[i]?.name !== name || own[i].shape.join() !== shape.join(),
    );
    if (other >= 0 || wanted.length !== own.length)
      throw new UserError(
        `the adapter was made for a model of another shape: it has ${describe(own[Math.max(other, 0)])}, this model needs ${describe(wanted[Math.max(other, 0)])}`,
      );
  }

  dispose(): void {
    this.weights.dispose();
  }
}

const describe = (parameter: Parameter | undefined): string =>
  parameter ? `${parameter.name} [${parameter.shape.join(", ")}]` : "nothing";

function layoutFor(config: LoraConfig, { config: model, parts }: BaseModel, source: string): AdapterLayout {
  if (parts && config.trainable_token_indices)
    throw new UserError(
      `${source}: trainable_token_indices: this model's tokens share embedding parts; save and load it to sum them first`,
    );
  return adapterLayout(config, model);
}

/** Token rows start as the model's own. */
function copyRows(values: Float32Array, { parameters, tokens }: AdapterLayout, model: BaseModel): void {
  const { hidden_size: width } = model.config;
  const copy = (table: string, ids: readonly number[]): void => {
    if (ids.length === 0) return;
    const from = (model.layout.find(({ name }) => name === table) as Parameter).offset;
    const to = (parameters.find(({ name }) => name === rowsName(table)) as Parameter).offset;
    const weights = model.weights.dataSync() as Float32Array;
    ids.forEach((id, i) => values.set(weights.subarray(from + id * width, from + (id + 1) * width), to + i * width));
  };
  copy(EMBEDDING, tokens.embedding);
  copy(HEAD, tokens.head);
}
