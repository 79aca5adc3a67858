import type { EmbeddingParts } from "../labels/index.ts";
import type { LlamaConfig } from "./config.ts";

/** One weight array: its Hugging Face name and where it lies in the flat vector of all weights. */
export interface Parameter {
  readonly name: string;
  /** Linear layers are [out, in], as in PyTorch. */
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The embedding's own table; with parts, what is left of a token beside its type and number. */
export const EMBEDDING = "model.embed_tokens.weight";
export const TYPE_PARTS = "model.embed_tokens.parts.type.weight";
export const NUMBER_PARTS = "model.embed_tokens.parts.number.weight";
export const HEAD = "lm_head.weight";

/**
 * Where each weight lies in the one flat vector that holds them all, so that the optimizer needs one operation where
 * there would be dozens. Query, key and value follow each other, so one slice is the fused projection.
 */
export function parameterLayout(config: LlamaConfig, parts?: EmbeddingParts): Parameter[] {
  const { hidden_size: hidden, intermediate_size: intermediate, head_dim: headDim, vocab_size: vocabulary } = config;
  const queries = config.num_attention_heads * headDim;
  const keys = config.num_key_value_heads * headDim;
  const parameters: Parameter[] = [];
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    const size = shape.reduce((a, b) => a * b, 1);
    parameters.push({ name, shape, offset, size });
    offset += size;
  };
  add(EMBEDDING, vocabulary, hidden);
  if (parts) {
    add(TYPE_PARTS, parts.typeCount - 1, hidden); // index 0, "no part", has no row
    add(NUMBER_PARTS, parts.numberCount - 1, hidden);
  }
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = (name: string): string => `model.layers.${layer}.${name}.weight`;
    add(at("input_layernorm"), hidden);
    add(at("self_attn.q_proj"), queries, hidden);
    add(at("self_attn.k_proj"), keys, hidden);
    add(at("self_attn.v_proj"), keys, hidden);
    add(at("self_attn.o_proj"), hidden, queries);
    add(at("post_attention_layernorm"), hidden);
    add(at("mlp.gate_proj"), intermediate, hidden);
    add(at("mlp.up_proj"), intermediate, hidden);
    add(at("mlp.down_proj"), hidden, intermediate);
  }
  add("model.norm.weight", hidden);
  if (!config.tie_word_embeddings) add(HEAD, vocabulary, hidden);
  return parameters;
}

export const layoutSize = (layout: readonly Parameter[]): number => {
  const { offset, size } = layout[layout.length - 1];
  return offset + size;
};
