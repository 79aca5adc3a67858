import { UserError } from "../../base/index.ts";
import type { PreferenceLoss } from "../preference-loss.ts";
import type { PreferenceRecipeInput, SftRecipeInput } from "../recipe.ts";
import type { DeepSpeedSettingsInput } from "./settings.ts";

/** The settings of a published training run. What its authors do not state has the default of the library they used. */
export interface DeepSpeedPreset {
  /** Where the values are from. */
  readonly source: string;
  readonly objective: "sft" | PreferenceLoss;
  /** Most tokens of a row, or of one side of a pair. */
  readonly maximumLength: number;
  /** Warm-up as a share of all steps. */
  readonly warmupShare: number;
  readonly recipe: Partial<SftRecipeInput & PreferenceRecipeInput> & {
    readonly batchSize: number;
    readonly epochs: number;
  };
  readonly settings: DeepSpeedSettingsInput;
  /** Special tokens that the run adds to the model's vocabulary. */
  readonly addedTokens: readonly string[];
  /** Shares from which its rows are drawn, see `mixRows`. */
  readonly mixture?: Readonly<Record<string, number>>;
}

/** AdamW as PyTorch and Hugging Face's trainer have it by default. */
const usual = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, finalShare: 0 } as const;

/** Situation tokens and delimiters in the order of their ids. */
const situations = ["[Knowledge]", "<knowledge>", "</knowledge>", "[Reflection]", "<reflection>", "</reflection>"];
const knowself = "KnowSelf (arXiv 2504.03553, table 8; zjunlp/KnowSelf train/)";
const eight = { kind: "local", processes: 8 } as const;

export const DEEPSPEED_PRESETS = {
  "knowself-stage1": {
    source: `${knowself}train_stage1.py`,
    objective: "sft",
    maximumLength: 3072,
    warmupShare: 0,
    recipe: { ...usual, batchSize: 8, epochs: 3, learningRate: 2e-5, schedule: "cosine", clipNorm: null },
    settings: { precision: "fp16", zeroStage: 3, launcher: eight },
    addedTokens: situations,
  },
  "knowself-stage2": {
    source: `${knowself}train_stage2.py`,
    objective: "rpo_paper",
    maximumLength: 4096,
    warmupShare: 0.1,
    recipe: {
      ...usual,
      batchSize: 3,
      epochs: 1,
      learningRate: 5e-7,
      schedule: "constant_with_warmup",
      clipNorm: 1,
      beta: 0.5,
      alpha: 1,
    },
    settings: { precision: "fp16", zeroStage: 3, launcher: { kind: "local", processes: 3 } },
    addedTokens: [], // stage 1 has added them
  },
  "autoact-lora": {
    source: "AutoAct (zjunlp/AutoAct Train/train_lora.py and Scripts/fastchat_lora.sh)",
    objective: "sft",
    maximumLength: 4096,
    warmupShare: 0.03,
    recipe: { ...usual, batchSize: 16, epochs: 5, learningRate: 1e-4, schedule: "cosine", clipNorm: 1 },
    settings: {
      precision: "fp16",
      microBatchSize: 2,
      zeroStage: 3,
      offload: "optimizer_and_parameters",
      gradientCheckpointing: true,
      lora: { r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ["q_proj", "v_proj"] },
      launcher: eight,
    },
    addedTokens: [],
  },
  "bot-with-plan-qlora": {
    source: "bot-with-plan v0.2 (krasserm/bot-with-plan train/planner/sft_qlora.py)",
    objective: "sft",
    maximumLength: 1024,
    warmupShare: 0.03,
    recipe: { ...usual, batchSize: 8, epochs: 2, learningRate: 2e-4, schedule: "linear", clipNorm: 1 },
    settings: {
      precision: "bf16",
      zeroStage: 0,
      gradientCheckpointing: true,
      lora: {
        r: 16,
        lora_alpha: 8,
        lora_dropout: 0.05,
        target_modules: ["q_proj", "k_proj", "v_proj", "o_proj"],
        quantize: "nf4",
      },
      launcher: { kind: "local", processes: 4 },
    },
    addedTokens: [],
  },
  "agenttuning-mixture": {
    source: "AgentTuning (arXiv 2310.12823; mixture as its authors explain it in THUDM/AgentTuning issues 10 and 16)",
    objective: "sft",
    maximumLength: 4096,
    warmupShare: 0,
    recipe: { ...usual, batchSize: 64, epochs: 1, learningRate: 5e-5, schedule: "cosine", clipNorm: 1 },
    settings: { precision: "bf16", zeroStage: 3, gradientCheckpointing: true, launcher: eight },
    addedTokens: [],
    // η = 0.2 of agent trajectories; of the general conversations one in five is GPT-4's.
    mixture: { agent: 0.2, generalGpt4: 0.16, generalGpt35: 0.64 },
  },
} satisfies Record<string, DeepSpeedPreset>;

export type DeepSpeedPresetName = keyof typeof DEEPSPEED_PRESETS;

/**
 * A preset for a data set of `rows` rows (or pairs): its recipe with the warm-up counted in steps, ready for
 * `writeDeepSpeedJob`.
 */
export function deepSpeedPreset(
  name: string,
  { rows, seed }: { readonly rows: number; readonly seed: number | string },
): DeepSpeedPreset & { readonly recipe: SftRecipeInput & PreferenceRecipeInput } {
  if (!Object.hasOwn(DEEPSPEED_PRESETS, name))
    throw new UserError(`no preset ${JSON.stringify(name)}; there are ${Object.keys(DEEPSPEED_PRESETS).join(", ")}`);
  const preset: DeepSpeedPreset = DEEPSPEED_PRESETS[name as DeepSpeedPresetName];
  const { batchSize, epochs } = preset.recipe;
  const steps = Math.ceil(rows / batchSize) * epochs;
  // As Hugging Face's trainer rounds it. Batches have as many rows as published, however long these are.
  const warmupSteps = Math.ceil(preset.warmupShare * steps);
  const sides = preset.objective === "sft" ? 1 : 2;
  const batchTokens = batchSize * sides * preset.maximumLength;
  return { ...preset, recipe: { ...preset.recipe, seed, warmupSteps, batchTokens } };
}
