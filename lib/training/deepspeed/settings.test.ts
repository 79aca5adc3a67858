import { describe, expect, it } from "vitest";
import { sftRecipeSchema } from "../recipe.ts";
import { deepSpeedConfig } from "./config.ts";
import { parseDeepSpeedSettings, processesOf } from "./settings.ts";

describe("DeepSpeed settings", () => {
  it("have defaults for one GPU", () => {
    expect(parseDeepSpeedSettings({})).toMatchObject({ device: "gpu", precision: "bf16", zeroStage: 3, lora: null });
  });

  it.each([
    [{ zeroStage: 4 }, "zeroStage"],
    [{ zerostage: 3 }, 'Unrecognized key: "zerostage"'],
    [{ zeroStage: 0, offload: "optimizer" }, 'offload: "optimizer" needs zeroStage 1 or higher'],
    [{ zeroStage: 2, offload: "optimizer_and_parameters" }, "needs zeroStage 3"],
    [{ device: "cpu", precision: "fp16" }, 'precision: "fp16" needs device "gpu"'],
    [{ zeroStage: 3, lora: { quantize: "nf4" } }, 'lora.quantize: "nf4" needs zeroStage 0, 1 or 2'],
    [{ launcher: { kind: "slurm", processesPerNode: 8, partition: "a; rm" } }, "launcher.partition"],
    [{ launcher: { kind: "hostfile", nodes: [] } }, "launcher.nodes"],
  ])("%j is refused: %s", (settings, message) => {
    expect(() => parseDeepSpeedSettings(settings)).toThrow(message);
  });

  it("refuse an adapter with added tokens under ZeRO-3, and not under ZeRO-2", () => {
    expect(() => parseDeepSpeedSettings({ lora: {} }, ["[A]"])).toThrow("need zeroStage 0, 1 or 2");
    expect(parseDeepSpeedSettings({ lora: {}, zeroStage: 2 }, ["[A]"]).lora?.r).toBe(8);
  });

  it("count processes", () => {
    const nodes = [{ host: "a", slots: 8 }, { host: "b", slots: 4 }]; // prettier-ignore
    expect(processesOf({ kind: "hostfile", nodes, masterPort: 1 })).toEqual({ perNode: 4, all: 12 });
    expect(
      processesOf(parseDeepSpeedSettings({ launcher: { kind: "slurm", nodes: 2, processesPerNode: 8 } }).launcher),
    ).toEqual({ perNode: 8, all: 16 });
  });
});

describe("ds_config.json", () => {
  const recipe = sftRecipeSchema.parse({ seed: 0 });

  it("is what the settings say", () => {
    const settings = parseDeepSpeedSettings({ offload: "optimizer_and_parameters" });
    expect(deepSpeedConfig(settings, { ...recipe, onNonFinite: "skip" })).toEqual({
      gradient_clipping: 1,
      steps_per_print: null,
      zero_allow_untested_optimizer: true,
      zero_force_ds_cpu_optimizer: false,
      bf16: { enabled: true, check_grad_overflow: true },
      zero_optimization: {
        stage: 3,
        stage3_gather_16bit_weights_on_model_save: true,
        offload_optimizer: { device: "cpu", pin_memory: true },
        offload_param: { device: "cpu", pin_memory: true },
      },
    });
  });

  it("names no precision for fp32, and no clipping where there is none", () => {
    const config = deepSpeedConfig(parseDeepSpeedSettings({ precision: "fp32", zeroStage: 0 }), {
      ...recipe,
      clipNorm: null,
    });
    expect(config).toMatchObject({ gradient_clipping: 0, zero_optimization: { stage: 0 } });
    expect(Object.keys(config)).not.toContain("bf16");
  });
});
