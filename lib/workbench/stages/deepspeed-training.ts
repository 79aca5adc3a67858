import * as fs from "node:fs";
import * as path from "node:path";
import { assert, writeJson, type OnProgress } from "../../base/index.ts";
import { Llama, LoraAdapter, selectEngine } from "../../model/index.ts";
import {
  launchDeepSpeed,
  packageHash,
  readMetrics,
  writeDeepSpeedJob,
  type DeepSpeedResult,
  type StepMetrics,
} from "../../training/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { givenModelHash, missingTokens } from "./given-model.ts";
import { readRows, TOKENIZER_FILES } from "./labels.ts";
import { newStudent, snapshotTokens } from "./training.ts";

const METRICS = "metrics.jsonl";
const JOB = "job";

/** Stage 3 on DeepSpeed: a new student, or the model that the recipe names, learns from the labelled rows. */
export function deepSpeedTrainingStage(
  run: Run,
  onProgress?: OnProgress,
  onMetrics?: (rows: readonly StepMetrics[]) => void,
): Promise<Manifest> {
  const { model: shape, training } = run.settings;
  assert(training.engine === "deepspeed", "the recipe's engine is another one");
  const before = finishedManifest(stageFolder(run, "labels"));
  selectEngine("auto");
  const { engine, deepspeed, ...recipe } = training;
  const { model: given, ...settings } = deepspeed;
  return runStage({
    name: "training",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "training"),
    seed: run.seed,
    settings: { shape, training, python: packageHash() },
    inputs: { labels: before.artefact, ...givenModelHash(run) },
    scratch: [JOB, METRICS],
    run: async ({ folder, signal, file }) => {
      const tokens = (before.summary["tokens"] as number) * recipe.epochs;
      const job = await writeDeepSpeedJob(file(JOB), {
        objective: "sft",
        rows: readRows(run),
        recipe: { ...recipe, seed: run.seed, snapshots: snapshotTokens(recipe.snapshots, tokens) },
        model: given ?? saveNewStudent(run, file("job-start")),
        copyModel: true,
        tokenizer: stageFolder(run, "labels"),
        addedTokens: given === undefined ? [] : missingTokens(run, given),
        settings,
      });
      fs.rmSync(file("job-start"), { recursive: true, force: true });
      const result = await launchDeepSpeed(job, { onProgress, onMetrics, signal });
      const parameters = takeOver(result.output, result, folder);
      for (const snapshot of result.snapshots)
        takeOver(snapshot.folder, result, path.join(folder, "snapshots", String(snapshot.tokens)));
      fs.copyFileSync(path.join(job.folder, METRICS), file(METRICS));
      writeJson(
        file("losses.json"),
        readMetrics(file(METRICS)).map(({ step, loss, actionLoss }) => [step, loss, actionLoss]),
      );
      fs.rmSync(path.join(job.folder, "checkpoints"), { recursive: true, force: true });
      const { steps, final, skippedSteps, processes } = result;
      const unusual = {
        ...(skippedSteps > 0 && { skippedSteps }),
        ...(Object.keys(job.dropped).length > 0 && { dropped: job.dropped }),
      };
      return { steps, tokens: result.tokens, ...final, ...unusual, parameters, engine, processes };
    },
  });
}

/** The run's student before training, with its tokenizer. */
function saveNewStudent(run: Run, folder: string): string {
  const model = newStudent(run);
  model.save(folder);
  model.dispose();
  for (const name of TOKENIZER_FILES) fs.copyFileSync(stageFolder(run, "labels", name), path.join(folder, name));
  return folder;
}

/** Puts a trained model into `folder`, an adapter merged into its base, and returns its number of weights. */
function takeOver(trained: string, { base }: DeepSpeedResult, folder: string): number {
  const isAdapter = fs.existsSync(path.join(trained, "adapter_config.json"));
  const model = Llama.load(isAdapter ? base : trained);
  if (isAdapter) {
    const adapter = LoraAdapter.load(trained, model);
    model.merge(adapter);
    adapter.dispose();
  }
  model.save(folder);
  for (const name of TOKENIZER_FILES) {
    const source = path.join(base, name);
    if (fs.existsSync(source)) fs.copyFileSync(source, path.join(folder, name));
  }
  const { parameterCount } = model;
  model.dispose();
  return parameterCount;
}
