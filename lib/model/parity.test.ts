/** Our Llama and its adapters against PyTorch, transformers and PEFT: every number was computed by them (fixtures/parity). */
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { AdamW } from "../training/index.ts";
import {
  Llama,
  LoraAdapter,
  readConfig,
  readSafetensors,
  selectEngine,
  tf,
  type EngineKind,
  type NamedArray,
  type Parameter,
  type Scalar,
  type Tensor,
} from "./index.ts";

const file = (name: string): string => path.join(import.meta.dirname, "fixtures", "parity", name);
const fixture = readJson<{
  sft_batch: { input_ids: number[][]; attention_mask: number[][]; assistant_mask: number[][] };
  optim: {
    lora_sft_1step: {
      r: number;
      lora_alpha: number;
      targets: never[];
      losses: number[];
      merged_loss_after_step: number;
      grad_norm_total: number;
    };
  };
  greedy: { prompt: number[]; continuation: number[] };
}>(file("fixture.json"));
const { input_ids, attention_mask, assistant_mask } = fixture.sft_batch;
const VOCABULARY = 128;

const newModel = (): Llama =>
  Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file("policy.safetensors")));

/** Mean negative log-likelihood of the assistant's tokens. */
function sftLoss(model: Llama, flat: Tensor): Scalar {
  const ids = tf.tensor1d(input_ids.flatMap((row) => row.slice(0, -1)), "int32"); // prettier-ignore
  const labels = tf.tensor1d(input_ids.flatMap((row) => row.slice(1)), "int32"); // prettier-ignore
  const weights = assistant_mask.flatMap((row) => row.slice(1));
  const total = weights.reduce((a, b) => a + b);
  const nll = model.negativeLogLikelihood(flat, ids, labels, input_ids.length);
  return tf.div(tf.sum(tf.mul(nll, tf.tensor1d(weights, "float32"))), total);
}

const lossOf = (model: Llama): number => tf.tidy(() => sftLoss(model, model.trainable).dataSync()[0]);

/** The native engine that is set up comes first: a process keeps it while it tries the plain one. */
const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines)("parity with PyTorch on %s", (engine) => {
  beforeAll(() => {
    selectEngine(engine);
  });

  test("logits agree to 1e-4 wherever there is a token", () => {
    const model = newModel();
    const expected = (readSafetensors(file("activations.safetensors")).get("sft_logits") as NamedArray).data;
    const logits = tf.tidy(() => model.logits(input_ids).dataSync());
    let worst = 0;
    attention_mask.flat().forEach((present, at) => {
      for (let i = at * VOCABULARY; present && i < (at + 1) * VOCABULARY; i++)
        worst = Math.max(worst, Math.abs(logits[i] - expected[i]));
    });
    expect(worst).toBeLessThan(1e-4);
    model.dispose();
  });

  test("the greedy continuation is the same, token for token", () => {
    const model = newModel();
    const { prompt, continuation } = fixture.greedy;
    const ids = [...prompt];
    for (let i = 0; i < continuation.length; i++) {
      const logits = tf.tidy(() => model.logits([ids]).dataSync().slice(-VOCABULARY));
      ids.push(logits.indexOf(Math.max(...logits)));
    }
    expect(ids.slice(prompt.length)).toEqual(continuation);
    model.dispose();
  });

  test("LoRA: loss to 1e-5, gradients to 2e-5, an AdamW step, and the merged model's loss", () => {
    const model = newModel();
    const { r, lora_alpha, targets, losses, grad_norm_total, merged_loss_after_step } = fixture.optim.lora_sft_1step;
    const config = { r, lora_alpha, target_modules: targets };
    const adapter = LoraAdapter.fromArrays(model, config, readSafetensors(file("lora_adapter.safetensors")));
    const baseLoss = lossOf(model);
    model.use(adapter);

    const { value, grads } = tf.variableGrads(() => sftLoss(model, model.trainable), [model.trainable]);
    const gradient = grads[model.trainable.name];
    expect(Math.abs(value.dataSync()[0] / losses[0] - 1)).toBeLessThan(1e-5);
    expect(Math.abs(Math.hypot(...gradient.dataSync()) / grad_norm_total - 1)).toBeLessThan(1e-4);
    expect(worstDifference(model.trainableLayout, gradient, "lora_grads_sft.safetensors")).toBeLessThan(2e-5);

    const optimizer = new AdamW(model.trainableLayout, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
    tf.tidy(() => optimizer.update(model.trainable, gradient, 1e-2));
    expect(worstDifference(model.trainableLayout, model.trainable, "lora_step1.safetensors")).toBeLessThan(2e-5);
    expect(Math.abs(lossOf(model) / losses[1] - 1)).toBeLessThan(1e-5);
    model.merge(adapter);
    expect(model.adapter).toBeNull();
    expect(Math.abs(lossOf(model) / merged_loss_after_step - 1)).toBeLessThan(1e-5);
    model.unmerge(adapter);
    expect(lossOf(model)).toBe(baseLoss);
    optimizer.dispose();
    adapter.dispose();
    model.dispose();
  });
});

/** Largest absolute difference between a flat vector in this layout and the named arrays of a fixture. */
function worstDifference(layout: readonly Parameter[], flat: Tensor, name: string): number {
  const values = flat.dataSync();
  const arrays = readSafetensors(file(name));
  expect([...arrays.keys()].sort()).toEqual(layout.map(({ name }) => name).sort());
  let worst = 0;
  for (const { name, offset, size } of layout) {
    const { data } = arrays.get(name) as NamedArray;
    expect(data.length).toBe(size);
    for (let i = 0; i < size; i++) worst = Math.max(worst, Math.abs(values[offset + i] - data[i]));
  }
  return worst;
}
