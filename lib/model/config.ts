import * as fs from "node:fs";
import { z } from "zod";
import { UserError } from "../base/index.ts";

/** A Llama model's shape, in the terms of Hugging Face's `config.json`. Fields that do not matter here are kept out. */
const configSchema = z
  .object({
    vocab_size: z.number().int().positive(),
    hidden_size: z.number().int().positive(),
    intermediate_size: z.number().int().positive(),
    num_hidden_layers: z.number().int().positive(),
    num_attention_heads: z.number().int().positive(),
    /** Fewer than attention heads: each key/value head serves several query heads (grouped-query attention). */
    num_key_value_heads: z.number().int().positive().optional(),
    head_dim: z.number().int().positive().optional(),
    rope_theta: z.number().positive().default(10_000),
    rms_norm_eps: z.number().positive().default(1e-6),
    tie_word_embeddings: z.boolean().default(false),
    /** Longest sequence. */
    max_position_embeddings: z.number().int().positive(),
    initializer_range: z.number().positive().default(0.02),
    bos_token_id: z.number().int().nullish(),
    eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
    pad_token_id: z.number().int().nullish(),
  })
  .transform((config) => ({
    ...config,
    num_key_value_heads: config.num_key_value_heads ?? config.num_attention_heads,
    head_dim: config.head_dim ?? config.hidden_size / config.num_attention_heads,
  }))
  .superRefine((config, context) => {
    if (config.num_attention_heads % config.num_key_value_heads !== 0)
      context.addIssue({
        code: "custom",
        path: ["num_key_value_heads"],
        message: `${config.num_key_value_heads} must divide num_attention_heads ${config.num_attention_heads}`,
      });
    if (config.head_dim % 2 !== 0)
      context.addIssue({
        code: "custom",
        path: ["head_dim"],
        message: `${config.head_dim} must be a whole even number`,
      });
  });

export type LlamaConfig = z.output<typeof configSchema>;
export type LlamaConfigInput = z.input<typeof configSchema>;

/** Settings of other Llama variants that this model does not compute; they must be absent or have this value. */
const UNSUPPORTED: Record<string, readonly unknown[]> = {
  model_type: ["llama"],
  hidden_act: ["silu"],
  attention_bias: [false],
  mlp_bias: [false],
  rope_scaling: [null],
};

/** Checks a config and fills in defaults. `source` (a file name) is quoted in errors. */
export function parseConfig(value: unknown, source = "model config"): LlamaConfig {
  const fields = (value ?? {}) as Record<string, unknown>;
  for (const [key, allowed] of Object.entries(UNSUPPORTED))
    if (key in fields && !allowed.includes(fields[key]))
      throw new UserError(
        `${source}: ${key}: ${JSON.stringify(fields[key])} is not supported, only ${JSON.stringify(allowed[0])}`,
      );
  const rope = fields.rope_parameters as { rope_type?: string; rope_theta?: number } | undefined;
  if (rope?.rope_type !== undefined && rope.rope_type !== "default")
    throw new UserError(`${source}: rope_parameters.rope_type: "${rope.rope_type}" is not supported, only "default"`);
  const result = configSchema.safeParse({ ...fields, rope_theta: fields.rope_theta ?? rope?.rope_theta });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(`${source}: ${issue.path.join(".")}: ${issue.message}`);
}

export function readConfig(file: string): LlamaConfig {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: not a readable config.json: ${(error as Error).message}`);
  }
  return parseConfig(value, file);
}

/** The `config.json` that Hugging Face's `LlamaForCausalLM` loads. */
export function configToJson(config: LlamaConfig): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: "float32",
    ...config,
  };
}
