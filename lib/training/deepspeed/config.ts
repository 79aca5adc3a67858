import type { TrainingRecipe } from "../recipe.ts";
import type { DeepSpeedSettings } from "./settings.ts";

/**
 * DeepSpeed's own configuration (`ds_config.json`). Micro-batches and accumulation are filled in when the number of
 * processes is known.
 */
export function deepSpeedConfig(settings: DeepSpeedSettings, recipe: TrainingRecipe): Record<string, unknown> {
  const { precision, zeroStage, offload, device } = settings;
  const waiting = { device: "cpu", pin_memory: device === "gpu" };
  return {
    gradient_clipping: recipe.clipNorm ?? 0,
    steps_per_print: null,
    // AdamW is PyTorch's own, also where its state waits in the machine's memory.
    zero_allow_untested_optimizer: true,
    zero_force_ds_cpu_optimizer: false,
    ...(precision === "bf16" && { bf16: { enabled: true, check_grad_overflow: recipe.onNonFinite === "skip" } }),
    ...(precision === "fp16" && { fp16: { enabled: true } }),
    zero_optimization: {
      stage: zeroStage,
      ...(zeroStage === 3 && { stage3_gather_16bit_weights_on_model_save: true }),
      ...(offload !== "none" && { offload_optimizer: waiting }),
      ...(offload === "optimizer_and_parameters" && { offload_param: waiting }),
    },
  };
}
