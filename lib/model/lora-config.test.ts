import { describe, expect, test } from "vitest";
import { parseLoraConfig } from "./index.ts";

describe("LoRA config", () => {
  test("PEFT's own fields are taken, whatever changes nothing", () => {
    const config = parseLoraConfig({
      peft_type: "LORA",
      peft_version: "0.21.2",
      base_model_name_or_path: "somewhere",
      bias: "none",
      use_dora: false,
      loftq_config: {},
      megatron_core: "megatron.core",
      target_modules: ["v_proj", "q_proj", "v_proj"],
    });
    expect(config).toEqual({
      r: 8,
      lora_alpha: 8,
      lora_dropout: 0,
      target_modules: ["q_proj", "v_proj"],
      trainable_token_indices: null,
    });
  });

  test.each([
    [{ r: 0 }, /r: /],
    [{ lora_dropout: 1 }, /lora_dropout: /],
    [{ target_modules: [] }, /target_modules: /],
    [{ target_modules: ["lm_head"] }, /target_modules\.0: /],
    [{ target_modules: "all-linear" }, /target_modules: /],
    [{ trainable_token_indices: [1, 1] }, /trainable_token_indices/],
    [{ trainable_token_indices: { wte: [1] } }, /trainable_token_indices/],
    [{ peft_type: "LOHA" }, /peft_type: "LOHA" is not supported/],
    [{ use_dora: true }, /use_dora: true is not supported/],
    [{ rank_pattern: { q_proj: 4 } }, /rank_pattern: \{"q_proj":4\} is not supported/],
    [{ modules_to_save: ["lm_head"] }, /modules_to_save/],
    [{ bias: "all" }, /bias: "all" is not supported/],
    [{ lora_rank: 4 }, /lora_rank: 4 is not supported/],
  ])("config %j is refused", (fields, message) => {
    expect(() => parseLoraConfig({ target_modules: ["q_proj"], ...fields }, "adapter_config.json")).toThrow(message);
  });
});
