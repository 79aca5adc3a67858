/** Our losses, gradients and optimizer against PyTorch, transformers and TRL: every number here was computed by them. */
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import type { LabelledExample } from "../labels/index.ts";
import {
  Llama,
  readConfig,
  readSafetensors,
  selectEngine,
  tf,
  type EngineKind,
  type NamedArray,
} from "../model/index.ts";
import { AdamW, BatchGradients, preferenceObjective, sftObjective, trainStep, type Objective } from "./index.ts";
import { answerLogProbabilities } from "./preference-objective.ts";
import { makeBatch } from "./batches.ts";
import type { PreferenceSettings } from "./preference-loss.ts";
import type { PreferencePair } from "./row-problems.ts";

const fixtures = path.join(import.meta.dirname, "../model/fixtures/parity");
const file = (name: string): string => path.join(fixtures, name);

interface Rows {
  input_ids: number[][];
  attention_mask: number[][];
}
interface Fixture {
  sft_batch: Rows & { assistant_mask: number[][] };
  dpo_batch: Rows & { completion_mask: number[][]; policy_seq_logps: number[]; reference_seq_logps: number[] };
  losses: Record<string, { loss_float32: number; grad_norm_total: number }>;
  optim: Record<string, { losses: number[]; grad_norms_before_clip: number[] }>;
}
const fixture = readJson<Fixture>(file("fixture.json"));
const load = (weights: string): Llama =>
  Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file(weights)));

function rowsOf({ input_ids, attention_mask }: Rows, mask: number[][]): LabelledExample[] {
  return input_ids.map((ids, row) => {
    const length = attention_mask[row].reduce((a, b) => a + b, 0);
    const weights = mask[row].slice(0, length);
    return { id: String(row), ids: ids.slice(0, length), weights, sources: weights.map(() => 0) };
  });
}
const sftRows = rowsOf(fixture.sft_batch, fixture.sft_batch.assistant_mask);
const pairRows = rowsOf(fixture.dpo_batch, fixture.dpo_batch.completion_mask);
const pairs: PreferencePair[] = [0, 1].map((i) => ({ id: String(i), chosen: pairRows[i], rejected: pairRows[2 + i] }));
const inLines = <Row>(rows: readonly Row[]): { row: Row; index: number }[][] =>
  rows.map((row, index) => [{ row, index }]);

/** The fixture's names for our losses. */
const PREFERENCES: Record<string, PreferenceSettings> = {
  "dpo_b0.1": { loss: "dpo", beta: 0.1, alpha: 0 },
  "dpo_b0.5": { loss: "dpo", beta: 0.5, alpha: 0 },
  "rpo_trl_token_mean_b0.1_a1": { loss: "rpo_trl", beta: 0.1, alpha: 1 },
  "rpo_trl_token_mean_b0.5_a1": { loss: "rpo_trl", beta: 0.5, alpha: 1 },
  "rpo_seq_mean_b0.1_a1": { loss: "rpo_paper", beta: 0.1, alpha: 1 },
  "knowself_paper_b0.5": { loss: "rpo_paper", beta: 0.5, alpha: 1 },
  "knowself_code_b0.5": { loss: "rpo_code", beta: 0.5, alpha: 1 },
};
const GRADIENTS: Record<string, string> = {
  sft: "grads_sft.safetensors",
  "dpo_b0.1": "grads_dpo.safetensors",
  "rpo_trl_token_mean_b0.1_a1": "grads_rpo_trl.safetensors",
  "knowself_paper_b0.5": "grads_knowself_paper.safetensors",
};
const TORCH = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** The native engine that is set up comes first: a process keeps it while it tries the plain one. */
const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines)("parity with PyTorch on %s", (engine) => {
  let reference: { chosen: Float64Array; rejected: Float64Array };

  beforeAll(() => {
    selectEngine(engine);
    const model = load("reference.safetensors");
    const values = tf.tidy(() => answerLogProbabilities(model, model.weights, makeBatch(pairRows.map((row) => [row]))));
    const logps = Float64Array.from(values.dataSync());
    reference = { chosen: logps.slice(0, 2), rejected: logps.slice(2) };
    model.dispose();
    values.dispose();
  });

  /** Objective and batch of one of the fixture's losses. */
  function caseOf(name: string): { objective: Objective<never>; batch: { tokens: number } } {
    if (name === "sft") {
      const objective = sftObjective(64);
      return { objective: objective as Objective<never>, batch: objective.batch(inLines(sftRows)) };
    }
    const objective = preferenceObjective(PREFERENCES[name], reference, 64);
    return { objective: objective as unknown as Objective<never>, batch: objective.batch(inLines(pairs)) };
  }

  test("reference log-probabilities agree to 1e-5", () => {
    [...reference.chosen, ...reference.rejected].forEach((value, i) =>
      expect(Math.abs(value / fixture.dpo_batch.reference_seq_logps[i] - 1)).toBeLessThan(1e-5),
    );
  });

  test.each(["sft", ...Object.keys(PREFERENCES)])(
    "%s: loss to 1e-5, gradient norm to 1e-4, every gradient to 2e-5",
    (name) => {
      const model = load("policy.safetensors");
      const { objective, batch } = caseOf(name);
      const gradients = new BatchGradients(objective, model);
      const { figures, gradient } = gradients.of(batch);
      const { loss_float32, grad_norm_total } = fixture.losses[name];
      const values = gradient.dataSync() as Float32Array;
      expect(Math.abs(figures.dataSync()[0] / loss_float32 - 1)).toBeLessThan(1e-5);
      expect(Math.abs(Math.hypot(...values) / grad_norm_total - 1)).toBeLessThan(1e-4);
      if (name in GRADIENTS) expect(worstDifference(model, values, GRADIENTS[name])).toBeLessThan(2e-5);
      gradients.dispose();
      model.dispose();
    },
  );

  test("one AdamW step moves the weights as torch does, to 2e-5", () => {
    const model = load("policy.safetensors");
    const { objective, batch } = caseOf("sft");
    const gradients = new BatchGradients(objective, model);
    trainStep(gradients, batch, new AdamW(model.layout, TORCH), 1e-3).dispose();
    gradients.dispose();
    const moved = model.weights.dataSync() as Float32Array;
    expect(worstDifference(model, moved, "adamw_step1.safetensors")).toBeLessThan(2e-5);
    model.dispose();
  });

  test.each([
    ["sft", "sft_adamw_10steps_clip1"],
    ["knowself_paper_b0.5", "knowself_paper_10steps_clip1"],
  ])("%s: ten steps with clipping give torch's losses and gradient norms, to 1e-3", (name, trace) => {
    const model = load("policy.safetensors");
    const { objective, batch } = caseOf(name);
    const { losses, grad_norms_before_clip } = fixture.optim[trace];
    const optimizer = new AdamW(model.layout, { ...TORCH, clipNorm: 1 });
    const gradients = new BatchGradients(objective, model);
    for (let step = 0; step < 10; step++) {
      const figures = trainStep(gradients, batch, optimizer, 1e-3).dataSync();
      expect(Math.abs(figures[0] / losses[step] - 1)).toBeLessThan(1e-3);
      expect(Math.abs(figures[figures.length - 1] / grad_norms_before_clip[step] - 1)).toBeLessThan(1e-3);
    }
    const { figures } = gradients.of(batch);
    expect(Math.abs(figures.dataSync()[0] / losses[10] - 1)).toBeLessThan(1e-3);
    gradients.dispose();
    model.dispose();
  });
});

/** Largest absolute difference between a flat vector in the model's layout and the named arrays of a fixture. */
function worstDifference(model: Llama, flat: Float32Array, name: string): number {
  const arrays = readSafetensors(file(name));
  let worst = 0;
  for (const { name, offset, size } of model.layout) {
    const { data } = arrays.get(name) as NamedArray;
    expect(data.length).toBe(size);
    for (let i = 0; i < size; i++) worst = Math.max(worst, Math.abs(flat[offset + i] - data[i]));
  }
  return worst;
}
