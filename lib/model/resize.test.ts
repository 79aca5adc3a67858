import { beforeAll, describe, expect, test } from "vitest";
import { Llama, LoraAdapter, selectEngine, tf, type NamedArray } from "./index.ts";

const SHAPE = {
  vocab_size: 20,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 16,
  initializer_range: 0.5,
};
const IDS = [[3, 1, 4, 1, 5, 9, 2, 6]];
const EMBEDDING = "model.embed_tokens.weight";
const HEAD = "lm_head.weight";

beforeAll(() => {
  selectEngine("auto");
});

/** Logits of IDS over the first `count` tokens. */
const logitsOf = (model: Llama, count: number): number[] =>
  tf.tidy(() => [...tf.slice(model.logits(IDS), [0, 0, 0], [1, IDS[0].length, count]).dataSync()]);
const table = (model: Llama, name: string): Float32Array => (model.toArrays().get(name) as NamedArray).data;

describe.each([true, false])("resized, tied %s", (tie) => {
  const model = (): Llama => Llama.create({ ...SHAPE, tie_word_embeddings: tie }, { seed: 1 });

  test.each(["mean", "normal"] as const)(
    "%s: the old tokens' logits stay, new tokens have rows of their own",
    (init) => {
      const old = model();
      const grown = old.resized(26, { seed: 3, init });
      expect(grown.config.vocab_size).toBe(26);
      logitsOf(grown, 20).forEach((value, i) => expect(value).toBeCloseTo(logitsOf(old, 20)[i], 5));
      for (const name of tie ? [EMBEDDING] : [EMBEDDING, HEAD]) {
        const before = table(old, name);
        const after = table(grown, name);
        expect([...after.subarray(0, before.length)]).toEqual([...before]);
        const row = (i: number): number[] => [...after.subarray(i * 16, (i + 1) * 16)];
        expect(row(20)).not.toEqual(row(21));
        for (let feature = 0; feature < 16; feature++) {
          const column = Array.from({ length: 20 }, (_, i) => before[i * 16 + feature]);
          const mean = column.reduce((a, b) => a + b) / 20;
          const far = Math.max(...[20, 21, 22, 23, 24, 25].map((i) => Math.abs(row(i)[feature] - mean)));
          if (init === "mean") expect(far).toBeLessThan(1e-3);
          else expect(far).toBeGreaterThan(0.05);
        }
      }
      expect(table(old.resized(26, { seed: 3, init }), EMBEDDING)).toEqual(table(grown, EMBEDDING));
      expect(table(old.resized(26, { seed: 4, init }), EMBEDDING)).not.toEqual(table(grown, EMBEDDING));
    },
  );

  test("made smaller, the last rows go; grown and shrunk again, it is the old model", () => {
    const old = model();
    const small = old.resized(12, { seed: 3 });
    expect(table(small, EMBEDDING)).toEqual(table(old, EMBEDDING).slice(0, 12 * 16));
    logitsOf(small, 12).forEach((value, i) => expect(value).toBeCloseTo(logitsOf(old, 12)[i], 5));
    expect(old.resized(30, { seed: 3 }).resized(20, { seed: 4 }).weights.dataSync()).toEqual(old.weights.dataSync());
  });

  test("the rows of added tokens can be trained and saved with an adapter", () => {
    const grown = model().resized(22, { seed: 3 });
    const tokens = tie ? [20, 21] : { embed_tokens: [20, 21], lm_head: [20, 21] };
    const adapter = LoraAdapter.create(
      grown,
      { target_modules: ["q_proj"], trainable_token_indices: tokens },
      { seed: 1 },
    );
    expect(adapter.layout.parameters.filter(({ name }) => name.includes("token_adapter")).length).toBe(tie ? 1 : 2);
  });
});

test("a vocabulary of no size, and shared embedding parts, are refused", () => {
  expect(() => Llama.create(SHAPE, { seed: 1 }).resized(0, { seed: 1 })).toThrow(/vocab_size/);
  const parts = {
    types: new Int32Array(20).fill(1),
    numbers: new Int32Array(20).fill(1),
    typeCount: 2,
    numberCount: 2,
  };
  expect(() => Llama.create(SHAPE, { seed: 1, parts }).resized(22, { seed: 1 })).toThrow(/share embedding parts/);
});
