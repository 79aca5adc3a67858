import * as fs from "node:fs";
import { writeJson, type OnProgress } from "../../base/index.ts";
import { embeddingParts, type Tokenizer } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { readMetrics, trainSft, type StepMetrics } from "../../training/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { givenModel, loadGivenModel } from "./given-model.ts";
import { readLabels, readRows, TOKENIZER_FILES } from "./labels.ts";

const METRICS = "metrics.jsonl";

/** Stage 3: a student learns from the labelled rows, from scratch. */
export function trainingStage(
  run: Run,
  onProgress?: OnProgress,
  onMetrics?: (rows: readonly StepMetrics[]) => void,
): Promise<Manifest> {
  const { model: shape, training } = run.settings;
  const before = finishedManifest(stageFolder(run, "labels"));
  const { engine, tensorflowVersion, threads } = selectEngine("auto");
  return runStage({
    name: "training",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "training"),
    seed: run.seed,
    settings: { shape, training, engine, tensorflowVersion, threads },
    inputs: { labels: before.artefact },
    // Speeds differ from run to run, so the metrics are no part of the artefact; losses.json is.
    scratch: ["checkpoints", METRICS],
    run: async ({ folder, signal, file }) => {
      const model = newStudent(run);
      const parameters = model.parameterCount;
      const tokens = before.summary["tokens"] as number;
      const result = await trainSft({
        model,
        rows: readRows(run),
        recipe: {
          ...training,
          seed: run.seed,
          snapshots: snapshotTokens(training.snapshots, tokens * training.epochs),
        },
        folder,
        extraFiles: tokenizerFiles(run),
        onProgress,
        onMetrics,
        signal,
      });
      model.dispose();
      const rows = readMetrics(file(METRICS));
      writeJson(
        file("losses.json"),
        rows.map(({ step, loss, actionLoss }) => [step, loss, actionLoss]),
      );
      fs.rmSync(file("checkpoints"), { recursive: true, force: true });
      const { steps, final, dropped, skippedSteps } = result;
      const unusual = {
        ...(skippedSteps > 0 && { skippedSteps }),
        ...(Object.keys(dropped).length > 0 && { dropped }),
      };
      return { steps, tokens: result.tokens, ...final, ...unusual, parameters, engine };
    },
  });
}

/** Evenly spaced token counts before the end. */
export function snapshotTokens(count: number, tokens: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * tokens) / (count + 1)));
}

/** The run's tokenizer, to be saved beside a model. */
export function tokenizerFiles(run: Run): Record<string, string> {
  const read = (name: string): string => fs.readFileSync(stageFolder(run, "labels", name), "utf8");
  return Object.fromEntries(TOKENIZER_FILES.map((name) => [name, read(name)]));
}

/** The run's student before training: the recipe's model, else a new one. */
export function newStudent(run: Run): Llama {
  const { tokenizer } = readLabels(run);
  const given = givenModel(run);
  if (given !== null) return loadGivenModel(run, given, tokenizer);
  const { hiddenSize, intermediateSize, layers, heads, headSize, context } = run.settings.model;
  const { sharedParts, initializerRange, attention } = run.settings.model;
  return Llama.create(
    {
      vocab_size: tokenizer.size,
      hidden_size: hiddenSize,
      intermediate_size: intermediateSize,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      head_dim: headSize,
      max_position_embeddings: context,
      tie_word_embeddings: true,
      initializer_range: initializerRange,
      ...specialIds(tokenizer),
    },
    { seed: run.seed, attention, parts: sharedParts ? embeddingParts(tokenizer) : undefined },
  );
}

const specialIds = (tokenizer: Tokenizer): { eos_token_id: number; pad_token_id: number } => ({
  eos_token_id: tokenizer.special("<|end|>"),
  pad_token_id: tokenizer.special("<|pad|>"),
});

/** The steps of the run's training, as far as it has come. */
export const readTrainingMetrics = (run: Run): StepMetrics[] => readMetrics(stageFolder(run, "training", METRICS));

/** Folder of the trained student, or of a snapshot with that many tokens. */
export const studentFolder = (run: Run, snapshot?: number): string =>
  snapshot === undefined ? stageFolder(run, "training") : stageFolder(run, "training", "snapshots", String(snapshot));

/** Token counts of the snapshots that training left, ascending. */
export function snapshotsOf(run: Run): number[] {
  const folder = stageFolder(run, "training", "snapshots");
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map(Number)
    .sort((a, b) => a - b);
}
