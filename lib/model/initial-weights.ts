import { createRandom } from "../base/index.ts";
import type { LlamaConfig } from "./config.ts";
import { layoutSize, type Parameter } from "./layout.ts";

/**
 * How attention begins. `random`: like every other weight. `copying`: keys are the queries and the output projection is the
 * values' transposed, so that each head begins by looking for tokens like its own and by saying what it finds. Where much has
 * to be copied out of the prompt, a small model learns it several times faster so (after Trockman and Kolter, "Mimetic
 * Initialization of Self-Attention Layers", 2023).
 */
export const ATTENTION_STARTS = ["random", "copying"] as const;
export type AttentionStart = (typeof ATTENTION_STARTS)[number];

export interface InitialWeightsOptions {
  readonly seed: number | string;
  /** Default `random`. */
  readonly attention?: AttentionStart;
}

/** Normally distributed weights in the order of the layout; norms start at 1. The same seed gives the same weights. */
export function initialWeights(
  config: LlamaConfig,
  layout: readonly Parameter[],
  { seed, attention = "random" }: InitialWeightsOptions,
): Float32Array {
  const random = createRandom(seed, "model/init");
  const values = new Float32Array(layoutSize(layout));
  for (const { name, offset, size } of layout) {
    const isGain = name.includes("norm");
    for (let i = offset; i < offset + size; i++) values[i] = isGain ? 1 : random.normal() * config.initializer_range;
  }
  if (attention === "copying") copyFromTheStart(config, layout, values);
  return values;
}

/** Of query heads that share a key head, the first gives it its weights. */
function copyFromTheStart(config: LlamaConfig, layout: readonly Parameter[], values: Float32Array): void {
  const { head_dim: headDim, hidden_size: hidden, num_attention_heads: heads } = config;
  const sharing = heads / config.num_key_value_heads;
  const offsets = new Map(layout.map(({ name, offset }) => [name, offset]));
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const offsetOf = (name: string): number => offsets.get(`model.layers.${layer}.self_attn.${name}_proj.weight`)!;
    const [query, key, value, output] = ["q", "k", "v", "o"].map(offsetOf);
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / sharing);
      for (let i = 0; i < headDim; i++) {
        const row = hidden * (shared * headDim + i);
        const column = head * headDim + i;
        for (let j = 0; j < hidden; j++) {
          if (head % sharing === 0) values[key + row + j] = values[query + hidden * column + j];
          values[output + heads * headDim * j + column] = values[value + row + j];
        }
      }
    }
  }
}
