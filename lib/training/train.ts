import * as path from "node:path";
import {
  canonicalJson,
  createRandom,
  Interrupted,
  sha256,
  writeFileAtomic,
  yieldToEventLoop,
  type OnProgress,
} from "../base/index.ts";
import { selectEngine, tf, type Llama } from "../model/index.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { MetricsFile, type StepMetrics } from "./metrics.ts";
import { localGradients } from "./gradient-source.ts";
import { threadedGradients } from "./gradient-threads.ts";
import type { Indexed, Objective } from "./objective.ts";
import { AdamW } from "./optimizer.ts";
import { countSteps, planSteps, type BatchPlan } from "./plan.ts";
import { weightsHash } from "./reference-model.ts";
import type { TrainingRecipe } from "./recipe.ts";
import type { RowSource } from "./row-source.ts";
import { learningRateAt } from "./schedule.ts";
import { StepReader } from "./step-reader.ts";
import { applyGradient } from "./step.ts";

/** What every kind of training takes beside its rows. */
export interface TrainingTask {
  /** Trained in place: all of it, or its active adapter. */
  readonly model: Llama;
  /** Gets the model's files, `metrics.jsonl`, `checkpoints/` and `snapshots/<tokens>/`. */
  readonly folder: string;
  /** Written beside every saved model: file name to content, such as the tokenizer's. */
  readonly extraFiles?: Readonly<Record<string, string>>;
  readonly onProgress?: OnProgress;
  /** Gets the steps since the last call, about every half second. */
  readonly onMetrics?: (rows: readonly StepMetrics[]) => void;
  readonly signal?: AbortSignal;
  /** Threads that share a step's rows; default: the engine's. The weights are equal bit for bit for equal numbers only. */
  readonly threads?: number;
}

export interface TrainingOutcome {
  readonly steps: number;
  readonly tokens: number;
  /** Steps that changed nothing, because their loss or gradient was not finite. */
  readonly skippedSteps: number;
  /** Means of the objective's figures over the last 5 % of the steps. */
  readonly final: Readonly<Record<string, number>>;
}

const READ_EVERY = 10; // steps between readings of the loss: reading waits for the device

/**
 * The training loop. The result depends on model, rows, objective and recipe only: a run that was stopped or killed goes on
 * from its last checkpoint when it is called again, and ends with the same weights bit for bit.
 *
 * Throws `Interrupted` when `signal` aborts (after saving a checkpoint), and an error that names the step when the loss is
 * no longer a number and the recipe does not say to skip such steps.
 */
export async function train<Row, Batch extends { readonly tokens: number }>(
  task: TrainingTask,
  rows: RowSource<Row>,
  objective: Objective<Row, Batch>,
  recipe: TrainingRecipe,
): Promise<TrainingOutcome> {
  const { model, folder, onProgress, onMetrics, signal } = task;
  const steps = countSteps(rows, recipe);
  const totalTokens = recipe.epochs * rows.tokens;
  const { engine, threads: engineThreads } = selectEngine();
  const threads = task.threads ?? (engine === "cpu" ? engineThreads : 1);
  const signature = runSignature(model, rows, objective, recipe, threads);
  const checkpoints = path.join(folder, "checkpoints");
  const optimizer = new AdamW(model.trainableLayout, { ...recipe, skipNonFinite: recipe.onNonFinite === "skip" });

  let step = 0;
  let tokens = 0;
  const restored = loadCheckpoint(checkpoints, signature);
  if (restored) {
    ({ step, tokens } = restored);
    tf.tidy(() => model.trainable.assign(tf.tensor1d(restored.weights)));
    optimizer.restore(step, restored.mean, restored.square);
  }
  const metricsFile = new MetricsFile(folder, step);
  const reader = new StepReader({
    file: metricsFile,
    figures: objective.figures,
    tokens,
    skipNonFinite: recipe.onNonFinite === "skip",
    onMetrics,
  });
  const saveState = (): void => {
    reader.read();
    const weights = model.trainable.dataSync() as Float32Array;
    saveCheckpoint(checkpoints, { step, tokens, signature, weights, ...optimizer.state() });
  };

  const read = (lines: BatchPlan): Indexed<Row>[][] =>
    lines.map((line) => line.map((index) => ({ row: rows.read(index), index })));
  const source =
    threads > 1 ? await threadedGradients(objective, model, engine, threads) : localGradients(objective, model);
  try {
    for (const plan of planSteps(rows, recipe, step)) {
      const batches = plan.flatMap((lines) => inParts(lines, source.ways)).map((lines) => objective.batch(read(lines)));
      const learningRate = learningRateAt(step, steps, recipe);
      const random = createRandom(recipe.seed, `training/dropout/${step}`);
      const shares = batches.map((batch) => ({ batch, dropoutSeed: random.int(2 ** 31) }));
      const figures = applyGradient(await source.gradient(shares), model, optimizer, learningRate);
      step++;
      const before = tokens;
      tokens += batches.reduce((sum, batch) => sum + batch.tokens, 0);
      reader.add(figures, { step, tokens, learningRate });
      if (step % READ_EVERY === 0 || step === steps) {
        const last = reader.read();
        onProgress?.({ done: tokens, total: totalTokens, note: progressNote(last, objective.headline) });
        await yieldToEventLoop();
      }
      for (const count of recipe.snapshots)
        if (before < count && count <= tokens)
          saveModel(model, path.join(folder, "snapshots", String(count)), task.extraFiles);
      if (signal?.aborted || step % recipe.checkpointEvery === 0 || step === steps) saveState();
      if (signal?.aborted && step < steps)
        throw new Interrupted(`training stopped after step ${step} of ${steps}; the same command continues it`);
    }
  } finally {
    await source.close();
    reader.dispose();
    optimizer.dispose();
  }
  saveModel(model, folder, task.extraFiles);
  return {
    steps,
    tokens,
    skippedSteps: metricsFile.skippedSteps(),
    final: metricsFile.finalMeans(objective.figures),
  };
}

/** `lines` dealt out in turn, so that each part has lines of all lengths. */
function inParts(lines: BatchPlan, parts: number): BatchPlan[] {
  const dealt = Array.from({ length: parts }, (_, part) => lines.filter((_, i) => i % parts === part));
  return dealt.filter((part) => part.length > 0);
}

/** Model (or adapter) and extra files; the file that loading reads first is written last. */
function saveModel(model: Llama, folder: string, extraFiles: Readonly<Record<string, string>> = {}): void {
  for (const [name, content] of Object.entries(extraFiles)) writeFileAtomic(path.join(folder, name), content);
  (model.adapter ?? model).save(folder);
}

/** Hash of all that the result depends on, the starting weights included. */
function runSignature(
  model: Llama,
  rows: RowSource<unknown>,
  { settings: objective }: { readonly settings: unknown },
  recipe: TrainingRecipe,
  threads: number,
): string {
  const { checkpointEvery: _, snapshots: __, ...settings } = recipe; // change nothing of the result
  return sha256(
    canonicalJson({
      recipe: settings,
      threads,
      objective,
      data: rows.hash,
      config: model.config,
      adapter: model.adapter?.config ?? null,
      layout: model.trainableLayout,
      start: weightsHash(model),
    }),
  );
}

const progressNote = (last: StepMetrics | undefined, figure: string): string | undefined =>
  last && `step ${last.step} · ${words(figure)} ${last[figure].toFixed(3)} · ${last.tokensPerSecond} tokens/s`;

/** `actionLoss` as "action loss". */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
