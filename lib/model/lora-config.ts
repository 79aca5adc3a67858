import { z } from "zod";
import { UserError } from "../base/index.ts";
import type { LlamaConfig } from "./config.ts";

/** The linear layers of a decoder layer by PEFT's names, with where they are in it. */
export const PROJECTIONS = {
  q_proj: "self_attn.q_proj",
  k_proj: "self_attn.k_proj",
  v_proj: "self_attn.v_proj",
  o_proj: "self_attn.o_proj",
  gate_proj: "mlp.gate_proj",
  up_proj: "mlp.up_proj",
  down_proj: "mlp.down_proj",
} as const;
export type Projection = keyof typeof PROJECTIONS;
const projections = Object.keys(PROJECTIONS) as [Projection, ...Projection[]];

const tokens = z
  .array(z.number().int().nonnegative())
  .min(1)
  .refine((ids) => new Set(ids).size === ids.length, "a token is named twice");

const configSchema = z.object({
  /** Rank of the update. */
  r: z.number().int().positive().default(8),
  /** The update is scaled by lora_alpha / r. */
  lora_alpha: z.number().positive().default(8),
  /** Dropout on the input of each update, while training. */
  lora_dropout: z.number().min(0).lt(1).default(0),
  target_modules: z
    .array(z.enum(projections))
    .min(1)
    .transform((names) => projections.filter((name) => names.includes(name))),
  /**
   * Tokens whose rows are trained and saved with the adapter: a list for the embedding (and the output table that is tied
   * to it), or one list each for `embed_tokens` and an untied `lm_head`.
   */
  trainable_token_indices: z
    .union([tokens, z.strictObject({ embed_tokens: tokens.optional(), lm_head: tokens.optional() })])
    .nullish()
    .transform((value) => value ?? null),
});

/** A LoRA adapter's settings (Hu et al. 2021), in the terms of PEFT's `adapter_config.json`. */
export type LoraConfig = z.output<typeof configSchema>;
export type LoraConfigInput = z.input<typeof configSchema>;

/** Fields of `adapter_config.json` that change nothing of what a loaded adapter computes here. */
const WITHOUT_EFFECT = [
  "peft_type",
  "peft_version",
  "task_type",
  "auto_mapping",
  "base_model_name_or_path",
  "revision",
  "inference_mode",
  "megatron_core",
  "qalora_group_size",
  "init_lora_weights",
];
const OFF = ["null", "false", '"none"', "{}", "[]"];

/**
 * Checks an adapter's config. `source` (a file name) is quoted in errors. Fields that PEFT has and this does not must be
 * switched off: an adapter that means something else is refused, never half understood.
 */
export function parseLoraConfig(value: unknown, source = "LoRA config"): LoraConfig {
  const fields = (value ?? {}) as Record<string, unknown>;
  if (fields.peft_type !== undefined && fields.peft_type !== "LORA")
    throw new UserError(`${source}: peft_type: ${JSON.stringify(fields.peft_type)} is not supported, only "LORA"`);
  for (const [key, setting] of Object.entries(fields))
    if (!(key in configSchema.shape) && !WITHOUT_EFFECT.includes(key) && !OFF.includes(JSON.stringify(setting)))
      throw new UserError(`${source}: ${key}: ${JSON.stringify(setting)} is not supported`);
  const result = configSchema.safeParse(fields);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(`${source}: ${issue.path.join(".")}: ${issue.message}`);
}

/** The `adapter_config.json` that PEFT loads. */
export const loraConfigToJson = (config: LoraConfig): Record<string, unknown> => ({
  peft_type: "LORA",
  task_type: "CAUSAL_LM",
  base_model_name_or_path: null,
  bias: "none",
  fan_in_fan_out: false,
  inference_mode: true,
  ...config,
});

/** Tokens whose rows an adapter brings, in each table. */
export interface TrainedTokens {
  readonly embedding: readonly number[];
  /** Empty where the output table is the embedding. */
  readonly head: readonly number[];
}

/** Throws a `UserError` where the model does not have these tables or tokens. */
export function trainedTokens({ trainable_token_indices: tokens }: LoraConfig, model: LlamaConfig): TrainedTokens {
  const { embed_tokens: embedding = [], lm_head: head = [] } = Array.isArray(tokens)
    ? { embed_tokens: tokens }
    : (tokens ?? {});
  for (const id of [...embedding, ...head])
    if (id >= model.vocab_size)
      throw new UserError(
        `trainable_token_indices: token ${id} is beyond the model's vocabulary of ${model.vocab_size}: resize it first`,
      );
  if (!model.tie_word_embeddings) return { embedding, head };
  if (head.length > 0 && head.join() !== embedding.join())
    throw new UserError(
      "trainable_token_indices: this model's lm_head is its embedding; they cannot train different rows",
    );
  return { embedding, head: [] };
}
