import { createRandom } from "../base/index.ts";
import type { LlamaConfig } from "./config.ts";
import { EMBEDDING, HEAD } from "./layout.ts";
import type { NamedArray } from "./safetensors.ts";

export interface ResizeOptions {
  readonly seed: number | string;
  /**
   * Where new rows begin. `mean` (default): the mean of the old rows, with noise of 1e-9 of their variance in each feature,
   * so that new tokens neither stand out nor start equal (Hewitt 2021; transformers' `mean_resizing` draws the noise with
   * their whole covariance). `normal`: as in a new model, normal(0, initializer_range).
   */
  readonly init?: "mean" | "normal";
}

const NOISE = Math.sqrt(1e-9);

/** The arrays with embedding and output table brought to `config.vocab_size` rows. */
export function resizedTables(
  arrays: ReadonlyMap<string, NamedArray>,
  config: LlamaConfig,
  options: ResizeOptions,
): Map<string, NamedArray> {
  const resized = new Map(arrays);
  for (const name of [EMBEDDING, HEAD]) {
    const table = arrays.get(name);
    if (table) resized.set(name, resizedTable(table, name, config, options));
  }
  return resized;
}

function resizedTable(
  { shape: [before, width], data }: NamedArray,
  name: string,
  { vocab_size: after, initializer_range: range }: LlamaConfig,
  { seed, init = "mean" }: ResizeOptions,
): NamedArray {
  const result = new Float32Array(after * width);
  result.set(data.subarray(0, Math.min(before, after) * width));
  const random = createRandom(seed, `model/resize/${name}`);
  const { mean, deviation } = columns(data, before, width);
  for (let row = before; row < after; row++)
    for (let i = 0; i < width; i++)
      result[row * width + i] =
        init === "normal" ? random.normal() * range : mean[i] + random.normal() * deviation[i] * NOISE;
  return { shape: [after, width], data: result };
}

/** Mean and standard deviation of each column. */
function columns(data: Float32Array, rows: number, width: number): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  data.forEach((value, i) => (mean[i % width] += value / rows));
  data.forEach((value, i) => (deviation[i % width] += (value - mean[i % width]) ** 2 / rows));
  return { mean, deviation: deviation.map(Math.sqrt) };
}
