/** LoRA in training: gradients, and dropout. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRandom } from "../base/index.ts";
import { ALL, lossOf, randomAdapter, SHAPE, worst } from "./fixtures/adapters.ts";
import { Llama, selectEngine, tf, type EngineKind, type LoraAdapter } from "./index.ts";

const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines)("LoRA in training on %s", (engine) => {
  let model: Llama;
  let adapter: LoraAdapter;
  let values: Float32Array;
  const make = (lora_dropout: number): void => {
    adapter = randomAdapter(
      model,
      {
        r: 2,
        lora_alpha: 3,
        lora_dropout,
        target_modules: [...ALL],
        trainable_token_indices: { embed_tokens: [1, 8], lm_head: [2, 9] },
      },
      6,
    );
    values = (adapter.weights.dataSync() as Float32Array).slice();
    model.use(adapter);
  };
  beforeEach(() => {
    selectEngine(engine);
    // A large epsilon keeps the curvature low near 0, where finite differences would fail.
    model = Llama.create({ ...SHAPE, rms_norm_eps: 1 }, { seed: 1 });
    const random = createRandom(2, "test/gains");
    const weights = (model.weights.dataSync() as Float32Array).slice();
    for (const { name, offset, size } of model.layout)
      for (let i = offset; name.includes("norm") && i < offset + size; i++) weights[i] = 0.5 + random.next();
    tf.tidy(() => model.weights.assign(tf.tensor1d(weights)));
  });
  afterEach(() => {
    model.dispose();
    adapter.dispose();
  });

  test.each([undefined, 7])("dropout seed %s: the gradient agrees with finite differences", (seed) => {
    make(0.3);
    const { gradient } = lossOf(model, values, seed);
    const scale = Math.max(...gradient.map(Math.abs));
    const random = createRandom(1, "test/elements");
    for (const i of random.sample([...values.keys()], 20)) {
      const at = (shift: number): number => lossOf(model, values.with(i, values[i] + shift), seed).loss;
      const slope = (shift: number): number => (at(shift) - at(-shift)) / (2 * shift);
      const difference = (4 * slope(0.02) - slope(0.04)) / 3;
      expect(Math.abs(gradient[i] - difference) / scale, `element ${i}`).toBeLessThan(1e-3);
    }
  });

  test("the terms of dropout add up to the plain path where next to nothing is dropped", () => {
    make(1e-12);
    const plain = lossOf(model, values);
    const terms = lossOf(model, values, 1);
    expect(Math.abs(terms.loss - plain.loss)).toBeLessThan(1e-5);
    expect(worst(terms.gradient, plain.gradient)).toBeLessThan(2e-5);
  });

  test("the seed decides the masks; without one nothing is dropped", () => {
    make(0.3);
    const loss = (seed?: number): number => lossOf(model, values, seed).loss;
    expect(loss(1)).toBe(loss(1));
    expect(loss(1)).not.toBe(loss(2));
    expect(loss()).toBe(loss());
    expect(loss()).not.toBe(loss(1));
  });

  test("training it leaves the base as it was", () => {
    make(0.3);
    const before = model.weights.dataSync().slice();
    const { loss, gradient } = lossOf(model, values, 3);
    const moved = values.map((value, i) => value - 0.1 * gradient[i]);
    expect(lossOf(model, moved, 3).loss).toBeLessThan(loss);
    expect(model.weights.dataSync()).toEqual(before);
  });
});
