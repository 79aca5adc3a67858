/** A step spread over threads is the same step. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256File } from "../base/index.ts";
import { Llama, LoraAdapter, selectEngine } from "../model/index.ts";
import { tinyModel, tinyPairs, tinyRows } from "./fixtures/tiny.ts";
import { readMetrics, trainPreference, trainSft, type StepMetrics, type TrainingTask } from "./index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-threads-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  selectEngine("auto");
});

type Train = (task: TrainingTask) => Promise<unknown>;
const RECIPE = { seed: 1, batchSize: 5, learningRate: 1e-3, warmupSteps: 0 };
const sft: Train = (task) => trainSft({ ...task, rows: tinyRows(40), recipe: RECIPE });
const preference: Train = (task) => trainPreference({ ...task, pairs: tinyPairs(40), recipe: RECIPE });

async function metricsOf(name: string, threads: number, train: Train, model: Llama): Promise<StepMetrics[]> {
  await train({ model, folder: path.join(folder, name), threads });
  model.dispose();
  return readMetrics(path.join(folder, name, "metrics.jsonl"));
}

const plain = (): Llama => tinyModel();
/** Dropout differs with the rows' layout, so there is none here. */
function adapted(): Llama {
  const model = Llama.create({ ...tinyModel().config }, { seed: 3 });
  model.use(LoraAdapter.create(model, { r: 2, lora_alpha: 4, target_modules: ["q_proj", "down_proj"] }, { seed: 4 }));
  return model;
}

test.each([
  ["sft", sft, plain],
  ["preference", preference, plain],
  ["lora", sft, adapted],
] as const)("%s: three threads give the figures of one, and the same bytes twice", async (name, train, model) => {
  const one = await metricsOf(`${name}-1`, 1, train, model());
  const three = await metricsOf(`${name}-3`, 3, train, model());
  await metricsOf(`${name}-3-again`, 3, train, model());
  expect(three).toHaveLength(8);
  three.forEach((row, i) => {
    for (const figure of Object.keys(row).filter((key) => key !== "tokensPerSecond"))
      expect(Math.abs(row[figure] - one[i][figure])).toBeLessThan(1e-4 * Math.max(1, Math.abs(one[i][figure])));
  });
  const weights = (run: string): string => {
    const files = ["model.safetensors", "adapter_model.safetensors"].map((file) => path.join(folder, run, file));
    return sha256File(files.find((file) => fs.existsSync(file)) as string);
  };
  expect(weights(`${name}-3-again`)).toBe(weights(`${name}-3`));
});
