import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { Llama } from "../../model/index.ts";
import { openRun } from "../run.ts";
import { withDeepSpeed } from "../test-deepspeed.ts";
import { labelsStage } from "./labels.ts";
import { trainingStage } from "./training-engine.ts";
import { readTrainingMetrics, snapshotsOf, studentFolder } from "./training.ts";
import { trajectoriesStage } from "./trajectories.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deepspeed-stage-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const settings =
  "{ device: cpu, precision: fp32, zeroStage: 2, microBatchSize: 8, launcher: { kind: local, processes: 2 } }";
const recipe = (more: string): string => `name: small
title: A small run
extends: household
settings:
  synthesis: { episodes: 60 }
  labels: { vocabularySize: 512 }
  model: { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, sharedParts: false }
  training: { batchSize: 16, batchTokens: 8192, warmupSteps: 2, snapshots: 1${more} }
`;

it(
  "a recipe with one more line trains on DeepSpeed, to the losses and files of TensorFlow.js",
  { timeout: 600_000 },
  async (context) => {
    withDeepSpeed(context, folder);
    const train = async (more: string): Promise<{ losses: number[][]; student: string; snapshots: number[] }> => {
      const file = path.join(folder, "small.yaml");
      fs.writeFileSync(file, recipe(more));
      const run = openRun({ recipe: file, seed: 0, quick: false });
      await trajectoriesStage(run);
      await labelsStage(run);
      const manifest = await trainingStage(run);
      const student = path.join(folder, `student${more.length}`);
      fs.cpSync(studentFolder(run), student, { recursive: true });
      const losses = readJson<number[][]>(path.join(student, "losses.json"));
      expect(readTrainingMetrics(run)).toHaveLength(losses.length);
      expect(Object.keys(manifest.outputs)).toContain("model.safetensors");
      expect(Object.keys(manifest.outputs).filter((name) => name.startsWith("job"))).toEqual([]);
      return { losses, student, snapshots: snapshotsOf(run) };
    };
    const ours = await train("");
    const theirs = await train(`, engine: deepspeed, deepspeed: ${settings}`);
    expect(theirs.losses).toHaveLength(ours.losses.length);
    for (const [i, [step, loss]] of theirs.losses.entries()) {
      expect(step).toBe(ours.losses[i][0]);
      expect(Math.abs(loss - ours.losses[i][1]) / ours.losses[i][1]).toBeLessThan(1e-4);
    }
    expect(theirs.snapshots).toEqual(ours.snapshots);
    const logits = [ours, theirs].map(({ student }) => {
      const model = Llama.load(student);
      return model.logits([[1, 2, 3]]).dataSync();
    });
    expect(Math.max(...Array.from(logits[0], (value, i) => Math.abs(value - logits[1][i])))).toBeLessThan(1e-3);
    expect(fs.existsSync(path.join(theirs.student, "tokenizer.json"))).toBe(true);
  },
);
