import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import type { EmbeddingParts } from "../labels/index.ts";
import { Llama, LoraAdapter, logitLens, readConfig, readSafetensors, selectEngine, tf } from "./index.ts";

const SHAPE = {
  vocab_size: 20,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 16,
  initializer_range: 0.5,
};
const PARTS: EmbeddingParts = {
  types: Int32Array.from({ length: 20 }, (_, id) => id % 4),
  numbers: Int32Array.from({ length: 20 }, (_, id) => id % 3),
  typeCount: 4,
  numberCount: 3,
};
const ALL = Array.from({ length: 20 }, (_, id) => id);
const TEXTS = [
  { ids: [3, 1, 4, 1, 5, 9, 2, 6], places: [8, 3].map((read) => ({ read, tokens: ALL })) },
  { ids: [2, 7, 1], places: [{ read: 3, tokens: [7, 0] }] },
  { ids: [5], places: [] },
];

beforeAll(() => {
  selectEngine("auto");
});

/** Probabilities of the next token after these, from the model's own logits. */
const own = (model: Llama, ids: readonly number[]): number[] =>
  tf.tidy(() => {
    const { vocab_size: size } = model.config;
    return [
      ...tf
        .softmax(tf.reshape(model.logits([ids]), [ids.length, size]))
        .dataSync()
        .slice(-size),
    ];
  });

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-6);
};

/** The model with its first layers only: the definition of the lens. */
function cut(model: Llama, layers: number): Llama {
  return Llama.fromArrays({ ...model.config, num_hidden_layers: layers }, model.toArrays());
}

describe.each([
  ["tied", { tie_word_embeddings: true }, undefined],
  ["untied", { tie_word_embeddings: false }, undefined],
  ["with embedding parts", { tie_word_embeddings: true }, PARTS],
] as const)("%s", (_, tied, parts) => {
  test("each layer says what a model would that ends there, at every place, short texts padded or not", async () => {
    const model = Llama.create({ ...SHAPE, ...tied }, { seed: 1, parts });
    const seen = await logitLens(model, TEXTS);
    expect(seen.map((places) => places.length)).toEqual([2, 1, 0]);
    for (const layer of [1, 2, 3]) {
      const shorter = cut(model, layer);
      expectClose(seen[0][0][layer - 1], own(shorter, TEXTS[0].ids));
      expectClose(seen[0][1][layer - 1], own(shorter, [3, 1, 4]));
      const short = own(shorter, TEXTS[1].ids);
      expectClose(seen[1][0][layer - 1], [short[7], short[0]]);
      shorter.dispose();
    }
    expectClose(seen[0][0][2], own(model, TEXTS[0].ids));
    expect(seen[0][0][0]).not.toEqual(seen[0][0][2]);
    model.dispose();
  });
});

test("an active adapter counts, and nothing is left in memory", async () => {
  const model = Llama.create(SHAPE, { seed: 1 });
  const [[[before]]] = await logitLens(model, TEXTS.slice(1, 2));
  const adapter = LoraAdapter.create(
    model,
    { r: 2, lora_alpha: 4, target_modules: ["q_proj", "down_proj"] },
    { seed: 1 },
  );
  adapter.weights.assign(tf.randomUniform(adapter.weights.shape, -0.5, 0.5, "float32", 3) as never);
  model.use(adapter);
  const tensors = tf.memory().numTensors;
  const [[layers]] = await logitLens(model, TEXTS.slice(1, 2), { rows: 1 });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(layers[0]).not.toEqual(before);
  const expected = own(model, TEXTS[1].ids);
  expectClose(layers[2], [expected[7], expected[0]]);
  adapter.dispose();
  model.dispose();
});

test("the last layer of the published fixture is the distribution that PyTorch computed", async () => {
  const file = (name: string): string => path.join(import.meta.dirname, "fixtures", "parity", name);
  const model = Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file("policy.safetensors")));
  const { sft_batch: batch } = readJson<{ sft_batch: { input_ids: number[][]; attention_mask: number[][] } }>(
    file("fixture.json"),
  );
  const logits = readSafetensors(file("activations.safetensors")).get("sft_logits")!.data;
  const size = model.config.vocab_size;
  const [width] = batch.input_ids.map((ids) => ids.length);
  const tokens = Array.from({ length: size }, (_, id) => id);
  const texts = batch.input_ids.map((ids, row) => {
    const read = batch.attention_mask[row].reduce((a, b) => a + b);
    return { ids: ids.slice(0, read), places: [{ read, tokens }] };
  });
  const seen = await logitLens(model, texts, { rows: 1 });
  texts.forEach(({ ids }, row) => {
    const from = (row * width + ids.length - 1) * size;
    const powers = [...logits.slice(from, from + size)].map(Math.exp);
    const total = powers.reduce((a, b) => a + b);
    expect(seen[row][0].length).toBe(model.config.num_hidden_layers);
    seen[row][0].at(-1)!.forEach((value, id) => expect(Math.abs(value - powers[id] / total)).toBeLessThan(1e-5));
  });
  model.dispose();
});

test.each([
  [{ ids: [], places: [] }, "text 0 is empty"],
  [{ ids: [20], places: [] }, "token 20 is outside"],
  [{ ids: new Array<number>(17).fill(1), places: [] }, "17 tokens is longer than the model's context of 16"],
  [{ ids: [1, 2], places: [{ read: 3, tokens: [1] }] }, "no place after 3 of 2 tokens"],
  [{ ids: [1, 2], places: [{ read: 0, tokens: [1] }] }, "no place after 0 of 2 tokens"],
  [{ ids: [1, 2], places: [{ read: 1, tokens: [-1] }] }, "token -1 is outside"],
])("what cannot be looked at is refused: %#", async (text, message) => {
  const model = Llama.create(SHAPE, { seed: 1 });
  await expect(logitLens(model, [text])).rejects.toThrow(message);
  model.dispose();
});

test("stops when told to", async () => {
  const model = Llama.create(SHAPE, { seed: 1 });
  await expect(logitLens(model, TEXTS, { signal: AbortSignal.abort() })).rejects.toThrow("stopped");
  model.dispose();
});
