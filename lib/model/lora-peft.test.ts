/** Adapters made by PEFT: read as PEFT reads them, and written so that they read the same (see fixtures/peft/make.py). */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { worst } from "./fixtures/adapters.ts";
import { Llama, LoraAdapter, readSafetensors, selectEngine, tf, type EngineKind, type NamedArray } from "./index.ts";

const fixture = (...names: string[]): string => path.join(import.meta.dirname, "fixtures", "peft", ...names);
const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines.flatMap((engine) => (["tied", "untied"] as const).map((name) => ({ engine, name }))))(
  "PEFT's adapter with token rows, $name, on $engine",
  ({ engine, name }) => {
    const { ids, loss } = readJson<{ ids: number[][]; loss: number }>(fixture(name, "expected.json"));
    const expected = readSafetensors(fixture(name, "expected.safetensors"));
    const expectedLogits = (expected.get("logits") as NamedArray).data;
    beforeAll(() => {
      selectEngine(engine);
    });

    test("logits to 1e-5, also merged, also after saving and loading", () => {
      const model = Llama.load(fixture(name));
      const logits = (): ArrayLike<number> => tf.tidy(() => model.logits(ids).dataSync());
      const adapter = LoraAdapter.load(fixture(name), model);
      expect(worst(logits(), expectedLogits)).toBeGreaterThan(0.1);
      model.use(adapter);
      expect(worst(logits(), expectedLogits)).toBeLessThan(1e-5);
      model.merge(adapter);
      expect(worst(logits(), expectedLogits)).toBeLessThan(1e-5);
      model.unmerge(adapter);
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-peft-"));
      adapter.save(folder);
      const [written, theirs] = [folder, fixture(name)].map((folder) =>
        readSafetensors(path.join(folder, "adapter_model.safetensors")),
      );
      expect(new Map([...written].sort())).toEqual(new Map([...theirs].sort()));
      model.use(LoraAdapter.load(folder, model));
      expect(worst(logits(), expectedLogits)).toBeLessThan(1e-5);
      fs.rmSync(folder, { recursive: true });
    });

    test("loss to 1e-5, every gradient to 2e-5", () => {
      const model = Llama.load(fixture(name));
      const adapter = LoraAdapter.load(fixture(name), model);
      model.use(adapter);
      const { value, grads } = tf.variableGrads(() => {
        const inputs = tf.tensor1d(ids.flatMap((row) => row.slice(0, -1)), "int32"); // prettier-ignore
        const labels = tf.tensor1d(ids.flatMap((row) => row.slice(1)), "int32"); // prettier-ignore
        return tf.mean(model.negativeLogLikelihood(model.trainable, inputs, labels, ids.length));
      }, [model.trainable]);
      expect(Math.abs(value.dataSync()[0] / loss - 1)).toBeLessThan(1e-5);
      const gradient = grads[model.trainable.name].dataSync();
      for (const { name, offset, size } of model.trainableLayout) {
        const { data } = expected.get(`grad.${name}`) as NamedArray;
        expect(worst(gradient.slice(offset, offset + size), data), name).toBeLessThan(2e-5);
      }
    });
  },
);
