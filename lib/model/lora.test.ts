import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EmbeddingParts } from "../labels/index.ts";
import { readJson } from "../base/index.ts";
import { ALL, IDS, logitsOf, lossOf, randomAdapter, SHAPE, worst } from "./fixtures/adapters.ts";
import { Decoder } from "./decode.ts";
import { Llama, LoraAdapter, readSafetensors, selectEngine, tf } from "./index.ts";

beforeAll(() => {
  selectEngine("auto");
});

describe("LoraAdapter", () => {
  let folder: string;
  let model: Llama;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-lora-"));
    model = Llama.create(SHAPE, { seed: 1 });
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    model.dispose();
  });

  test("a new adapter changes nothing, and is initialised as in PEFT", () => {
    const config = { r: 64, target_modules: ["up_proj", "q_proj"] as const, trainable_token_indices: [7, 2] };
    const adapter = LoraAdapter.create(model, { ...config, target_modules: [...config.target_modules] }, { seed: 1 });
    const before = logitsOf(model);
    model.use(adapter);
    expect(logitsOf(model)).toEqual(before);
    const arrays = adapter.toArrays();
    const a = arrays.get("base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight");
    expect(a?.shape).toEqual([64, 8]);
    const largest = Math.max(...(a?.data.map(Math.abs) ?? []));
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(8));
    expect(largest).toBeGreaterThan(0.9 / Math.sqrt(8));
    const b = arrays.get("base_model.model.model.layers.1.mlp.up_proj.lora_B.weight");
    expect(b?.shape).toEqual([12, 64]);
    expect(b?.data.every((value) => value === 0)).toBe(true);
    const rows = arrays.get("base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta");
    const table = model.toArrays().get("model.embed_tokens.weight");
    expect([...(rows?.data ?? [])]).toEqual([
      ...(table?.data.slice(56, 64) ?? []),
      ...(table?.data.slice(16, 24) ?? []),
    ]);
    const again = LoraAdapter.create(model, { ...config, target_modules: [...config.target_modules] }, { seed: 1 });
    expect(again.weights.dataSync()).toEqual(adapter.weights.dataSync());
    tf.dispose([adapter.weights, again.weights]);
  });

  test("what training changes is the adapter's, and the parameters tile it", () => {
    const adapter = randomAdapter(model, { target_modules: [...ALL] }, 1);
    expect(model.trainable).toBe(model.weights);
    model.use(adapter);
    expect(model.trainable).toBe(adapter.weights);
    let offset = 0;
    for (const parameter of model.trainableLayout) {
      expect(parameter.offset).toBe(offset);
      offset += parameter.size;
    }
    expect(offset).toBe(adapter.parameterCount);
    adapter.dispose();
  });

  test("adapters are switched without loading, each with its own logits, without a tensor left behind", () => {
    const adapters = [
      randomAdapter(model, { r: 2, target_modules: [...ALL] }, 1),
      randomAdapter(model, { r: 4, target_modules: ["v_proj"], trainable_token_indices: [3] }, 2),
      null,
    ];
    const first = adapters.map((adapter) => {
      model.use(adapter);
      return logitsOf(model);
    });
    expect(worst(first[0], first[1])).toBeGreaterThan(0.01);
    expect(worst(first[1], first[2])).toBeGreaterThan(0.01);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) {
      model.use(adapters[i % 3]);
      expect(logitsOf(model)).toEqual(first[i % 3]);
      if (adapters[i % 3]) lossOf(model, adapters[i % 3]?.weights.dataSync() as Float32Array, i);
    }
    expect(tf.memory().numTensors).toBe(before);
    adapters.forEach((adapter) => adapter?.dispose());
  });

  test.each([true, false])("tied %s: merged gives the same logits, unmerged restores the base bit for bit", (tie) => {
    const base = Llama.create({ ...SHAPE, tie_word_embeddings: tie }, { seed: 2 });
    const rows = tie ? [5, 3] : { embed_tokens: [5, 3], lm_head: [4] };
    const one = randomAdapter(base, { r: 2, target_modules: [...ALL], trainable_token_indices: rows }, 1);
    const two = randomAdapter(base, { r: 2, target_modules: ["k_proj"] }, 2);
    const weights = base.weights.dataSync().slice();
    base.use(one);
    const expected = logitsOf(base);
    const before = tf.memory().numTensors;
    base.merge(one);
    expect(base.adapter).toBeNull();
    expect(worst(logitsOf(base), expected)).toBeLessThan(1e-5);
    expect(() => base.use(one)).toThrow(/merged into the model: unmerge it/);
    expect(() => base.merge(one)).toThrow(/merged into the model already/);
    base.merge(two);
    expect(worst(logitsOf(base), expected)).toBeGreaterThan(0.01);
    expect(() => base.unmerge(one)).toThrow(/unmerge that one first/);
    base.unmerge(two);
    expect(worst(logitsOf(base), expected)).toBeLessThan(1e-5);
    base.unmerge(one);
    expect(base.weights.dataSync()).toEqual(weights);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => base.unmerge(one)).toThrow(/is not merged/);
    base.use(one);
    expect(logitsOf(base)).toEqual(expected);
    tf.dispose([one.weights, two.weights]);
    base.dispose();
  });

  test("saved and loaded it gives equal logits and equal files", () => {
    const config = { r: 2, lora_alpha: 3, lora_dropout: 0.1, target_modules: [...ALL] };
    const adapter = randomAdapter(
      model,
      { ...config, trainable_token_indices: { embed_tokens: [1], lm_head: [9, 2] } },
      3,
    );
    adapter.save(folder);
    const loaded = LoraAdapter.load(folder, model);
    expect(loaded.config).toEqual(adapter.config);
    model.use(adapter);
    const expected = logitsOf(model);
    model.use(loaded);
    expect(logitsOf(model)).toEqual(expected);
    const bytes = fs.readFileSync(path.join(folder, "adapter_model.safetensors"));
    loaded.save(folder);
    expect(fs.readFileSync(path.join(folder, "adapter_model.safetensors")).equals(bytes)).toBe(true);
    tf.dispose([adapter.weights, loaded.weights]);
  });

  test("decoding follows the active adapter, and a decoder keeps the one that it began with", () => {
    const adapter = randomAdapter(model, { target_modules: [...ALL], trainable_token_indices: [5] }, 7);
    const last = (): number[] => [...logitsOf(model).slice(5 * SHAPE.vocab_size, 6 * SHAPE.vocab_size)];
    const expected = [last()];
    const decoders = [new Decoder(model)];
    model.use(adapter);
    expected.push(last());
    decoders.push(new Decoder(model));
    model.use(null);
    expect(worst(expected[0], expected[1])).toBeGreaterThan(0.01);
    decoders.forEach((decoder, i) => {
      const logits = tf.tidy(() => decoder.add([IDS[0]]).dataSync());
      expect(worst(logits, expected[i])).toBeLessThan(1e-5);
      decoder.dispose();
    });
    adapter.dispose();
  });

  test("saving the model saves the base, whatever is active", () => {
    const adapter = randomAdapter(model, { target_modules: ["q_proj"] }, 4);
    const expected = logitsOf(model);
    model.use(adapter);
    model.save(folder);
    const loaded = Llama.load(folder);
    expect(logitsOf(loaded)).toEqual(expected);
    adapter.dispose();
    loaded.dispose();
  });

  test("embedding parts: projections adapt as in the summed model, token rows are refused", () => {
    const parts: EmbeddingParts = {
      types: Int32Array.from({ length: 12 }, (_, id) => id % 4),
      numbers: Int32Array.from({ length: 12 }, (_, id) => id % 3),
      typeCount: 4,
      numberCount: 3,
    };
    const shared = Llama.create(SHAPE, { seed: 1, parts });
    shared.save(folder);
    const summed = Llama.load(folder);
    const adapter = randomAdapter(shared, { target_modules: [...ALL] }, 1);
    shared.use(adapter);
    summed.use(adapter);
    expect(worst(logitsOf(shared), logitsOf(summed))).toBeLessThan(1e-5);
    shared.merge(adapter);
    expect(worst(logitsOf(shared), logitsOf(summed))).toBeLessThan(1e-5);
    const config = { target_modules: ["q_proj" as const], trainable_token_indices: [1] };
    expect(() => LoraAdapter.create(shared, config, { seed: 1 })).toThrow(/tokens share embedding parts/);
    const rows = LoraAdapter.create(summed, config, { seed: 1 });
    expect(() => shared.use(rows)).toThrow(/tokens share embedding parts/);
    tf.dispose([adapter.weights, rows.weights]);
    shared.dispose();
    summed.dispose();
  });

  test("what does not fit is named", () => {
    const adapter = randomAdapter(model, { r: 2, target_modules: ["q_proj"], trainable_token_indices: [11] }, 5);
    adapter.save(folder);
    const wide = Llama.create({ ...SHAPE, hidden_size: 16 }, { seed: 1 });
    expect(() => wide.use(adapter)).toThrow(
      /another shape: it has .*delta \[1, 8\], this model needs .*delta \[1, 16\]/,
    );
    const deep = Llama.create({ ...SHAPE, num_hidden_layers: 3 }, { seed: 1 });
    expect(() => deep.use(adapter)).toThrow(/this model needs .*layers\.2\.self_attn\.q_proj\.lora_A\.weight \[2, 8\]/);
    expect(() => LoraAdapter.load(folder, deep)).toThrow(
      /adapter_model\.safetensors: weight .*layers\.2.*lora_A\.weight \[2, 8\] is missing/,
    );
    const small = Llama.create({ ...SHAPE, vocab_size: 11 }, { seed: 1 });
    expect(() => LoraAdapter.load(folder, small)).toThrow(/token 11 is beyond the model's vocabulary of 11/);
    const arrays = readSafetensors(path.join(folder, "adapter_model.safetensors"));
    arrays.set("base_model.model.lm_head.lora_A.weight", { shape: [1], data: new Float32Array(1) });
    expect(() => LoraAdapter.fromArrays(model, adapter.config, arrays)).toThrow(/lm_head\.lora_A\.weight is not in/);
    fs.writeFileSync(path.join(folder, "adapter_config.json"), "{");
    expect(() => LoraAdapter.load(folder, model)).toThrow(/adapter_config\.json: not a readable/);
    fs.rmSync(path.join(folder, "adapter_config.json"));
    expect(() => LoraAdapter.load(folder, model)).toThrow(/adapter_config\.json: not a readable/);
    const tied = Llama.create({ ...SHAPE, tie_word_embeddings: true }, { seed: 1 });
    const rows = { target_modules: ["q_proj" as const], trainable_token_indices: { embed_tokens: [1], lm_head: [2] } };
    expect(() => LoraAdapter.create(tied, rows, { seed: 1 })).toThrow(/lm_head is its embedding/);
    for (const other of [wide, deep, small, tied]) other.dispose();
    adapter.dispose();
  });

  test("the config is written in PEFT's terms", () => {
    const adapter = LoraAdapter.create(model, { r: 2, target_modules: ["down_proj", "q_proj"] }, { seed: 1 });
    adapter.save(folder);
    expect(readJson(path.join(folder, "adapter_config.json"))).toMatchObject({
      peft_type: "LORA",
      r: 2,
      lora_alpha: 8,
      lora_dropout: 0,
      target_modules: ["q_proj", "down_proj"],
      trainable_token_indices: null,
    });
    adapter.dispose();
  });
});
