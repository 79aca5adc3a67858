import { createHash } from "node:crypto";
import * as path from "node:path";
import {
  canonicalJson,
  Interrupted,
  sha256,
  writeFileAtomic,
  yieldToEventLoop,
  type OnProgress,
} from "../base/index.ts";
import type { LabelledExample } from "../labels/index.ts";
import { tf, type Llama } from "../model/index.ts";
import { checkRows, makeBatch, planBatches } from "./batches.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { finalLosses, MetricsFile, type StepMetrics } from "./metrics.ts";
import { AdamW } from "./optimizer.ts";
import { sftRecipeSchema, type SftRecipe, type SftRecipeInput } from "./recipe.ts";
import { learningRateAt } from "./schedule.ts";
import { StepReader } from "./step-reader.ts";
import { sftStep } from "./step.ts";

export interface SftOptions {
  /** Trained in place. */
  readonly model: Llama;
  readonly rows: readonly LabelledExample[];
  readonly recipe: SftRecipeInput;
  /** Gets the model's files, `metrics.jsonl`, `checkpoints/` and `snapshots/<tokens>/`. */
  readonly folder: string;
  /** Written beside every saved model: file name to content, such as the tokenizer's. */
  readonly extraFiles?: Readonly<Record<string, string>>;
  readonly onProgress?: OnProgress;
  /** Gets the steps since the last call, about every half second. */
  readonly onMetrics?: (rows: readonly StepMetrics[]) => void;
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly steps: number;
  readonly tokens: number;
  /** Means over the last 5 % of the steps. */
  readonly loss: number;
  readonly actionLoss: number;
}

const READ_EVERY = 10; // steps between readings of the loss: reading waits for the device

/**
 * Supervised fine-tuning on labelled rows. The result depends on model, rows and recipe only: a run that was stopped or
 * killed goes on from its last checkpoint when it is called again, and ends with the same weights bit for bit.
 *
 * Throws `Interrupted` when `signal` aborts (after saving a checkpoint), `UserError` for rows that do not fit the model,
 * and an error that names the step when the loss is no longer a number.
 */
export async function trainSft(options: SftOptions): Promise<TrainResult> {
  const { model, rows, folder, onProgress, onMetrics, signal } = options;
  const recipe = sftRecipeSchema.parse(options.recipe);
  checkRows(rows, model.config.vocab_size, model.config.max_position_embeddings);
  const lengths = rows.map((row) => row.ids.length);
  const plan = planBatches(lengths, recipe);
  const totalTokens = recipe.epochs * lengths.reduce((a, b) => a + b, 0);
  const signature = runSignature(model, rows, recipe);
  const checkpoints = path.join(folder, "checkpoints");
  const optimizer = new AdamW(model.parameterCount, recipe);

  let step = 0;
  let tokens = 0;
  const restored = loadCheckpoint(checkpoints, signature);
  if (restored) {
    ({ step, tokens } = restored);
    tf.tidy(() => model.weights.assign(tf.tensor1d(restored.weights)));
    optimizer.restore(step, restored.mean, restored.square);
  }
  const metricsFile = new MetricsFile(folder, step);
  const saveState = (): void =>
    saveCheckpoint(checkpoints, {
      step,
      tokens,
      signature,
      weights: model.weights.dataSync() as Float32Array,
      ...optimizer.state(),
    });

  const reader = new StepReader(metricsFile, tokens, onMetrics);
  try {
    while (step < plan.length) {
      const batch = makeBatch(
        plan[step].map((row) => rows[row]),
        model.config.max_position_embeddings,
      );
      const learningRate = learningRateAt(step, plan.length, recipe);
      const figures = sftStep(model, batch, optimizer, learningRate);
      step++;
      const before = tokens;
      tokens += batch.tokens;
      reader.add(figures, { step, tokens, learningRate });
      if (step % READ_EVERY === 0 || step === plan.length) {
        const last = reader.read();
        onProgress?.({ done: tokens, total: totalTokens, note: progressNote(last) });
        await yieldToEventLoop();
      }
      for (const count of recipe.snapshots)
        if (before < count && count <= tokens) {
          reader.read();
          saveModel(model, path.join(folder, "snapshots", String(count)), options.extraFiles);
        }
      if (signal?.aborted || step % recipe.checkpointEvery === 0 || step === plan.length) {
        reader.read();
        saveState();
      }
      if (signal?.aborted && step < plan.length)
        throw new Interrupted(`training stopped after step ${step} of ${plan.length}; the same command continues it`);
    }
  } finally {
    reader.dispose();
    optimizer.dispose();
  }
  saveModel(model, folder, options.extraFiles);
  return { steps: plan.length, tokens, ...finalLosses(folder, plan.length) };
}

/** Model and extra files; `config.json`, which `Llama.load` reads first, is written last. */
function saveModel(model: Llama, folder: string, extraFiles: Readonly<Record<string, string>> = {}): void {
  for (const [name, content] of Object.entries(extraFiles)) writeFileAtomic(path.join(folder, name), content);
  model.save(folder);
}

/** Hash of all that the result depends on, the starting weights included. */
function runSignature(model: Llama, rows: readonly LabelledExample[], recipe: SftRecipe): string {
  const data = createHash("sha256");
  for (const { id, ids, weights } of rows) data.update(`${id} ${ids.join()} ${weights.join()}\n`);
  const { checkpointEvery: _, snapshots: __, ...settings } = recipe; // change nothing of the result
  const start = sha256(new Uint8Array((model.weights.dataSync() as Float32Array).buffer));
  return sha256(
    canonicalJson({ recipe: settings, data: data.digest("hex"), config: model.config, layout: model.layout, start }),
  );
}

const progressNote = (last: StepMetrics | undefined): string | undefined =>
  last && `step ${last.step} · action loss ${last.actionLoss.toFixed(3)} · ${last.tokensPerSecond} tokens/s`;
