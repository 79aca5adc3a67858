import { describe, expect, it } from "vitest";
import { preferenceRecipeSchema, sftRecipeSchema } from "../recipe.ts";
import { mixRows } from "./mixture.ts";
import { DEEPSPEED_PRESETS, deepSpeedPreset } from "./presets.ts";
import { parseDeepSpeedSettings, processesOf } from "./settings.ts";

describe("presets", () => {
  it.each(Object.keys(DEEPSPEED_PRESETS))("%s is valid, and its batch divides among its processes", (name) => {
    const { recipe, settings, objective, addedTokens } = deepSpeedPreset(name, { rows: 1000, seed: 0 });
    const schema = objective === "sft" ? sftRecipeSchema : preferenceRecipeSchema;
    expect(schema.parse(recipe).batchSize).toBe(recipe.batchSize);
    const { launcher, microBatchSize } = parseDeepSpeedSettings(settings, addedTokens);
    expect((recipe.batchSize ?? 0) % (processesOf(launcher).all * microBatchSize)).toBe(0);
  });

  it("count the warm-up in steps as Hugging Face's trainer does", () => {
    expect(deepSpeedPreset("autoact-lora", { rows: 200, seed: 0 }).recipe.warmupSteps).toBe(2); // of 13 · 5
    expect(deepSpeedPreset("knowself-stage1", { rows: 200, seed: 0 }).recipe.warmupSteps).toBe(0);
  });

  it("leave room for a batch of the longest rows, both sides of a pair counted", () => {
    expect(deepSpeedPreset("knowself-stage2", { rows: 9, seed: 0 }).recipe.batchTokens).toBe(3 * 2 * 4096);
  });

  it("are named where there is no such one", () => {
    expect(() => deepSpeedPreset("knowself", { rows: 1, seed: 0 })).toThrow("there are knowself-stage1");
  });
});

describe("a mixture", () => {
  const sources = { agent: ["a0", "a1", "a2"], general: Array.from({ length: 50 }, (_, i) => `g${i}`) };
  const mix = (seed: number, count: number): string[] => [
    ...mixRows(sources, { agent: 0.2, general: 0.8 }, { count, seed }),
  ];

  it("has the shares asked for, and the same rows for the same seed", () => {
    const rows = mix(1, 5000);
    expect(rows.filter((row) => row.startsWith("a")).length / 5000).toBeCloseTo(0.2, 1);
    expect(mix(1, 100)).toEqual(rows.slice(0, 100));
    expect(mix(2, 100)).not.toEqual(rows.slice(0, 100));
  });

  it("goes through a source whole before any row comes again", () => {
    const agent = mix(3, 200).filter((row) => row.startsWith("a"));
    for (let i = 0; i + 3 <= agent.length; i += 3) expect(agent.slice(i, i + 3).sort()).toEqual(["a0", "a1", "a2"]);
  });

  it("names a source without rows", () => {
    expect(() => [...mixRows({ agent: [] }, { agent: 1 }, { count: 1, seed: 0 })]).toThrow(
      'mixture: "agent" has share 1 and 0 rows',
    );
  });
});
