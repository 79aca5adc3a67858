/** Our Llama against PyTorch and transformers: every number here was computed by them (see fixtures/parity). */
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { readSafetensors, Llama, readConfig, selectEngine, tf, type NamedArray } from "./index.ts";
import { AdamW, makeBatch, sftGradient, sftStep, type Batch } from "../training/index.ts";

const fixtures = path.join(import.meta.dirname, "fixtures", "parity");
const file = (name: string): string => path.join(fixtures, name);

interface Fixture {
  sft_batch: { input_ids: number[][]; attention_mask: number[][]; assistant_mask: number[][] };
  losses: { sft: { loss_float32: number; grad_norm_total: number } };
  optim: Record<"sft_adamw_1step" | "sft_adamw_10steps_clip1", { losses: number[]; grad_norms_before_clip: number[] }>;
  greedy: { prompt: number[]; continuation: number[] };
}

describe("parity with PyTorch", () => {
  const fixture = readJson<Fixture>(file("fixture.json"));
  const { input_ids, attention_mask, assistant_mask } = fixture.sft_batch;
  let batch: Batch;

  beforeAll(() => {
    selectEngine("auto");
    batch = makeBatch(
      input_ids.map((ids, row) => {
        const length = attention_mask[row].reduce((a, b) => a + b, 0);
        return {
          id: String(row),
          ids: ids.slice(0, length),
          weights: assistant_mask[row].slice(0, length),
          sources: new Array<number>(length).fill(0),
        };
      }),
    );
  });

  const newModel = (): Llama =>
    Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file("policy.safetensors")));

  test("logits agree to 1e-4 wherever there is a token", () => {
    const model = newModel();
    const expected = (readSafetensors(file("activations.safetensors")).get("sft_logits") as NamedArray).data;
    const logits = tf.tidy(() => model.logits(input_ids).dataSync());
    let worst = 0;
    attention_mask.flat().forEach((present, at) => {
      for (let v = 0; present && v < 128; v++)
        worst = Math.max(worst, Math.abs(logits[at * 128 + v] - expected[at * 128 + v]));
    });
    expect(worst).toBeLessThan(1e-4);
    model.dispose();
  });

  test("loss to 1e-5, every gradient to 2e-5", () => {
    const model = newModel();
    const { loss, gradient } = sftGradient(model, batch);
    const { loss_float32 } = fixture.losses.sft;
    expect(Math.abs(loss.dataSync()[0] / loss_float32 - 1)).toBeLessThan(1e-5);
    expect(worstDifference(model, gradient.dataSync() as Float32Array, "grads_sft.safetensors")).toBeLessThan(2e-5);
  });

  test("one AdamW step moves the weights as torch does, to 2e-5", () => {
    const model = newModel();
    const optimizer = new AdamW(model.parameterCount, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 });
    sftStep(model, batch, optimizer, 1e-3).dispose();
    expect(worstDifference(model, model.weights.dataSync() as Float32Array, "adamw_step1.safetensors")).toBeLessThan(
      2e-5,
    );
  });

  test("ten steps with clipping give torch's losses and gradient norms, to 1e-3", () => {
    const model = newModel();
    const { losses, grad_norms_before_clip } = fixture.optim.sft_adamw_10steps_clip1;
    const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
    const optimizer = new AdamW(model.parameterCount, options);
    for (let step = 0; step < 10; step++) {
      const [loss, , norm] = sftStep(model, batch, optimizer, 1e-3).dataSync();
      expect(Math.abs(loss / losses[step] - 1)).toBeLessThan(1e-3);
      expect(Math.abs(norm / grad_norms_before_clip[step] - 1)).toBeLessThan(1e-3);
    }
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
