import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readJson, UserError, writeJson } from "../base/index.ts";
import { Llama, selectEngine, type NamedArray } from "./index.ts";
import { readModelArrays, writeModelArrays } from "./model-files.ts";
import { readSafetensors } from "./safetensors.ts";

vi.mock(import("./safetensors.ts"), async (original) => {
  const module = await original();
  return { ...module, readSafetensors: vi.fn(module.readSafetensors) }; // only to count
});

const INDEX = "model.safetensors.index.json";
const arraysOf = (sizes: Record<string, number>): Map<string, NamedArray> =>
  new Map(
    Object.entries(sizes).map(([name, size]) => [
      name,
      { shape: [size], data: Float32Array.from({ length: size }, (_, i) => i + size / 100) },
    ]),
  );

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-files-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
const files = (): string[] => fs.readdirSync(folder).sort();

describe("model files", () => {
  test("what is written is read back, whatever the size of the shards, into one folder again and again", () => {
    const contents = fc.dictionary(fc.stringMatching(/^[a-z.]{1,8}$/), fc.integer({ min: 0, max: 30 }), { minKeys: 1 });
    fc.assert(
      fc.property(contents, fc.integer({ min: 1, max: 300 }), (sizes, maxShardBytes) => {
        const arrays = arraysOf(sizes);
        writeModelArrays(folder, arrays, maxShardBytes);
        expect(new Map([...readModelArrays(folder)].sort())).toEqual(new Map([...arrays].sort()));
        const total = Object.values(sizes).reduce((sum, size) => sum + 4 * size, 0);
        if (total <= maxShardBytes) expect(files()).toEqual(["model.safetensors"]);
        for (const name of files().filter((name) => name !== INDEX)) {
          const header = Number(fs.readFileSync(path.join(folder, name)).readBigUInt64LE(0));
          const content = fs.statSync(path.join(folder, name)).size - 8 - header;
          const largest = Math.max(...Object.values(sizes)) * 4;
          expect(content).toBeLessThanOrEqual(Math.max(maxShardBytes, largest));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("shards and index are named and filled as Hugging Face does", () => {
    writeModelArrays(folder, arraysOf({ a: 10, b: 10, c: 30, d: 5 }), 80);
    expect(files()).toEqual([
      "model-00001-of-00003.safetensors",
      "model-00002-of-00003.safetensors",
      "model-00003-of-00003.safetensors",
      INDEX,
    ]);
    expect(readJson(path.join(folder, INDEX))).toEqual({
      metadata: { total_size: 220 },
      weight_map: {
        a: "model-00001-of-00003.safetensors",
        b: "model-00001-of-00003.safetensors",
        c: "model-00002-of-00003.safetensors",
        d: "model-00003-of-00003.safetensors",
      },
    });
    writeModelArrays(folder, arraysOf({ a: 1 }), 80);
    expect(files()).toEqual(["model.safetensors"]);
  });

  test("each shard is read once", () => {
    writeModelArrays(folder, arraysOf({ a: 10, b: 10, c: 10, d: 10 }), 80);
    vi.mocked(readSafetensors).mockClear();
    readModelArrays(folder);
    expect(vi.mocked(readSafetensors).mock.calls.map(([file]) => path.basename(file))).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
  });

  test("what is missing or wrong is named", () => {
    const index = path.join(folder, INDEX);
    const map = (weight_map: unknown): void => writeJson(index, { weight_map });
    expect(() => readModelArrays(folder)).toThrow(/model\.safetensors: cannot be read/);
    writeModelArrays(folder, arraysOf({ a: 10, b: 10 }), 40);
    const [one, two] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const cases: [() => void, RegExp][] = [
      [() => map({ a: one, b: two, c: one }), /00001-of-00002\.safetensors: weight c is not in this shard/],
      [() => map({ a: one, b: "model-9.safetensors" }), /model-9\.safetensors: this shard is missing.* b there/],
      [() => map({ a: "../" + one }), /index\.json: weight_map\.a: a file name in the same folder/],
      [() => map([]), /index\.json: weight_map: /],
      [() => fs.writeFileSync(index, "{"), /index\.json: not a readable index/],
    ];
    for (const [damage, message] of cases) {
      damage();
      expect(() => readModelArrays(folder)).toThrow(UserError);
      expect(() => readModelArrays(folder)).toThrow(message);
    }
  });

  test("a model saved in shards is loaded with equal weights", () => {
    selectEngine("auto");
    const shape = { vocab_size: 20, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 };
    const model = Llama.create({ ...shape, num_attention_heads: 4, max_position_embeddings: 32 }, { seed: 1 });
    model.save(folder, { maxShardBytes: 4000 });
    expect(files().length).toBeGreaterThan(4);
    expect(Llama.load(folder).weights.dataSync()).toEqual(model.weights.dataSync());
  });
});
