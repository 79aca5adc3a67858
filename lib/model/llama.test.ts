import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EmbeddingParts } from "../labels/index.ts";
import { Llama, parseConfig, readSafetensors, selectEngine, tf } from "./index.ts";

const SHAPE = {
  vocab_size: 20,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 32,
};
const PARTS: EmbeddingParts = {
  types: Int32Array.from({ length: 20 }, (_, id) => id % 4),
  numbers: Int32Array.from({ length: 20 }, (_, id) => id % 3),
  typeCount: 4,
  numberCount: 3,
};
const IDS = [
  [3, 1, 4, 1, 5, 9, 2, 6],
  [2, 7, 1, 8, 2, 8, 1, 8],
];

let folder: string;
beforeAll(() => {
  selectEngine("auto");
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-llama-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const logitsOf = (model: Llama): number[] => tf.tidy(() => [...model.logits(IDS).dataSync()]);

describe("Llama", () => {
  test.each([true, false])("tied %s: saved and loaded it gives equal logits", (tie) => {
    const model = Llama.create({ ...SHAPE, tie_word_embeddings: tie }, { seed: 1 });
    model.save(folder);
    const loaded = Llama.load(folder);
    expect(logitsOf(loaded)).toEqual(logitsOf(model));
    expect(readSafetensors(path.join(folder, "model.safetensors")).has("lm_head.weight")).toBe(!tie);
    const bytes = fs.readFileSync(path.join(folder, "model.safetensors"));
    loaded.save(folder);
    expect(fs.readFileSync(path.join(folder, "model.safetensors")).equals(bytes)).toBe(true);
    tf.dispose([model.weights, loaded.weights]);
  });

  test("embedding parts are summed into a plain table on saving, logits unchanged", () => {
    const model = Llama.create({ ...SHAPE, tie_word_embeddings: true }, { seed: 1, parts: PARTS });
    model.save(folder);
    const loaded = Llama.load(folder);
    expect(loaded.parts).toBeUndefined();
    const table = readSafetensors(path.join(folder, "model.safetensors")).get("model.embed_tokens.weight");
    expect(table?.shape).toEqual([20, 16]);
    const own = (model.weights.dataSync() as Float32Array).slice(0, 320);
    expect([...(table?.data.slice(0, 16) ?? [])]).toEqual([...own.slice(0, 16)]); // token 0 has neither part
    expect(table?.data[16]).not.toBe(own[16]); // token 1 has both
    const expected = logitsOf(model);
    logitsOf(loaded).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  test("a position's logits do not depend on what follows", () => {
    const model = Llama.create(SHAPE, { seed: 3 });
    const before = logitsOf(model).slice(0, 5 * 20);
    const changed = [[...IDS[0].slice(0, 5), 0, 0, 0], IDS[1]];
    const after = tf.tidy(() => [...model.logits(changed).dataSync()].slice(0, 5 * 20));
    after.forEach((value, i) => expect(value).toBeCloseTo(before[i], 6));
  });

  test("the seed decides the weights", () => {
    const weights = (seed: number): number[] => [...Llama.create(SHAPE, { seed }).weights.dataSync()];
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  test("attention that begins by copying: keys are queries, what is found is said as it is", () => {
    const config = { ...SHAPE, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 6 };
    const [model, plain] = [Llama.create(config, { seed: 1, attention: "copying" }), Llama.create(config, { seed: 1 })];
    const weight = (of: Llama, name: string) => of.toArrays().get(`model.layers.1.self_attn.${name}_proj.weight`)!.data;
    const [query, key, value, output] = ["q", "k", "v", "o"].map((name) => weight(model, name));
    const { hidden_size: hidden } = SHAPE;
    const rowsOf = (data: Float32Array, from: number) => [...data.slice(from * hidden, (from + 6) * hidden)];
    expect(rowsOf(key, 0)).toEqual(rowsOf(query, 0));
    expect(rowsOf(key, 6)).toEqual(rowsOf(query, 12)); // the second key head serves query heads 2 and 3
    for (const [head, shared] of [0, 0, 1, 1].entries())
      for (let i = 0; i < 6; i++)
        for (let j = 0; j < hidden; j++)
          expect(output[j * 24 + head * 6 + i]).toBe(value[(shared * 6 + i) * hidden + j]);
    expect([...query]).toEqual([...weight(plain, "q")]);
    expect([...key]).not.toEqual([...weight(plain, "k")]);
  });

  test("a weight that is missing, misshapen or damaged is named with its file", () => {
    const model = Llama.create(SHAPE, { seed: 1 });
    model.save(folder);
    const arrays = model.toArrays();
    arrays.delete("model.norm.weight");
    expect(() => Llama.fromArrays(SHAPE, arrays)).toThrow(/model\.norm\.weight \[16\] is missing/);
    arrays.set("model.norm.weight", { shape: [2], data: new Float32Array(2) });
    expect(() => Llama.fromArrays(SHAPE, arrays)).toThrow(/model\.norm\.weight is \[2\], config\.json wants \[16\]/);
    fs.truncateSync(path.join(folder, "model.safetensors"), 5000);
    expect(() => Llama.load(folder)).toThrow(/model\.safetensors: not a whole safetensors file/);
    expect(() => model.logits([new Array<number>(33).fill(1)])).toThrow(
      /33 tokens is longer than the model's context of 32/,
    );
  });

  test.each([
    [{ ...SHAPE, num_key_value_heads: 3 }, /num_key_value_heads: 3 must divide num_attention_heads 4/],
    [{ ...SHAPE, hidden_size: "16" }, /hidden_size/],
    [{ ...SHAPE, hidden_act: "gelu" }, /hidden_act: "gelu" is not supported, only "silu"/],
    [{ ...SHAPE, rope_parameters: { rope_type: "llama3" } }, /rope_type: "llama3" is not supported/],
  ])("config %#: what cannot be computed is refused", (config, message) => {
    expect(() => parseConfig(config, "config.json")).toThrow(message);
  });
});
