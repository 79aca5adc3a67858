import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, readJson, sha256, sha256File, UserError, writeJson } from "../../base/index.ts";
import { PREFERENCE_FIGURES } from "../preference-loss.ts";
import { preferenceRecipeSchema, sftRecipeSchema, type TrainingRecipe } from "../recipe.ts";
import type { DroppedRows } from "../row-problems.ts";
import { deepSpeedConfig } from "./config.ts";
import { writeRowsAndSteps } from "./job-rows.ts";
import { writeLaunchFiles } from "./launch-files.ts";
import { readModelFolder, vocabularyHash } from "./model-folder.ts";
import { copyPackage } from "./python-package.ts";
import {
  parseDeepSpeedSettings,
  processesOf,
  type DeepSpeedSettings,
  type DeepSpeedSettingsInput,
} from "./settings.ts";
import type { DeepSpeedTask } from "./task.ts";
import { addedTokens, checkVocabulary, vocabularySizeWith } from "./vocabulary.ts";

export type DeepSpeedJobOptions = DeepSpeedTask & {
  /** Folder of a model in Hugging Face's files, such as `Llama.save` writes them. */
  readonly model: string;
  /** Puts a copy of the model into the job, so that it can be carried elsewhere; else its path is noted. */
  readonly copyModel?: boolean;
  /** The `tokenizer.json` (or its folder) that made the rows: has to have the model's vocabulary. */
  readonly tokenizer?: string;
  /** Special tokens that the model does not know yet; ids follow those of its tokenizer. */
  readonly addedTokens?: readonly string[];
  readonly settings?: DeepSpeedSettingsInput;
};

/** A job that was written; `launchDeepSpeed` runs it. */
export interface DeepSpeedJob {
  readonly folder: string;
  readonly signature: string;
  readonly steps: number;
  readonly tokens: number;
  /** Names of the figures of `metrics.jsonl`; the first is the loss. */
  readonly figures: readonly string[];
  readonly settings: DeepSpeedSettings;
  /** Rows left out, by reason. */
  readonly dropped: DroppedRows;
}

const FORMAT = 1;
const STATE = ["checkpoints", "snapshots", "output", "base", "base.partial", "ranks", "logs"];
const STATE_FILES = ["metrics.jsonl", "progress.json", "reference.json", "result.json", "problems.json", "stop"];

/**
 * Writes a folder that holds all a training needs: rows, steps, settings, launch scripts and the Python package that
 * trains. It can be copied to a cluster and run there with `bash launch.sh`. Into a folder of an earlier job with the same
 * content the state of that one is kept, so that it is continued; of another job it is removed.
 *
 * The steps are those that the TensorFlow.js engine would make of the same rows and recipe. Throws `UserError` for bad
 * rows, settings, tokenizer or model.
 */
export async function writeDeepSpeedJob(folder: string, options: DeepSpeedJobOptions): Promise<DeepSpeedJob> {
  const contents = options.addedTokens ?? [];
  const settings = parseDeepSpeedSettings(options.settings ?? {}, contents);
  const model = readModelFolder(path.resolve(options.model));
  const added = addedTokens(model, contents);
  if (options.tokenizer !== undefined) checkVocabulary(options.tokenizer, model, added);
  const { objective, recipe, figures } = learningOf(options);
  if (recipe.onNonFinite === "skip" && settings.precision === "fp32")
    throw new UserError(
      'onNonFinite: "skip" needs precision "bf16" or "fp16": DeepSpeed looks for bad gradients there',
    );

  fs.mkdirSync(folder, { recursive: true });
  const written = await writeRowsAndSteps(folder, options, recipe, {
    vocabulary: vocabularySizeWith(model, added),
    context: model.context,
  });
  const { launcher: _, ...decisive } = settings;
  const { checkpointEvery: __, snapshots: ___, ...learning } = recipe; // change nothing of the result
  const signature = sha256(
    canonicalJson({
      format: FORMAT,
      objective,
      recipe: learning,
      settings: { ...decisive, lora: settings.lora && { ...settings.lora, adapter: adapterHash(settings) } },
      rows: written.hash,
      model: model.fingerprint,
      addedTokens: added,
    }),
  );
  removeForeignState(folder, signature);
  if (options.copyModel) copyModel(model.folder, path.join(folder, "model"));
  const lora = settings.lora && {
    ...settings.lora,
    adapter: settings.lora.adapter && path.resolve(settings.lora.adapter),
  };
  writeJson(path.join(folder, "ds_config.json"), deepSpeedConfig(settings, recipe));
  copyPackage(folder);
  writeLaunchFiles(folder, settings);
  // Written last: a folder without it is no job.
  writeJson(path.join(folder, "job.json"), {
    format: FORMAT,
    signature,
    objective,
    figures,
    steps: written.steps,
    tokens: written.tokens,
    dropped: written.dropped,
    rows: { file: "rows.jsonl.gz", count: written.count, hash: written.hash, sha256: sha256File(written.rowsFile) },
    model: {
      folder: options.copyModel ? "model" : model.folder,
      type: model.type,
      vocabularySize: model.vocabularySize,
      context: model.context,
      vocabularySha256: model.vocabulary && vocabularyHash(model.vocabulary),
    },
    addedTokens: added,
    recipe: { ...recipe, numericSeed: parseInt(sha256(`${recipe.seed}/deepspeed`).slice(0, 8), 16) },
    settings: { ...settings, lora },
    processes: processesOf(settings.launcher).perNode,
  });
  return openDeepSpeedJob(folder);
}

/** A job that is there already, for instance one that came back from a cluster. */
export function openDeepSpeedJob(folder: string): DeepSpeedJob {
  const file = path.join(folder, "job.json");
  if (!fs.existsSync(file)) throw new UserError(`${folder}: no DeepSpeed job: there is no job.json in this folder`);
  const { signature, steps, tokens, figures, settings, dropped } = readJson<DeepSpeedJob>(file);
  return { folder, signature, steps, tokens, figures, settings, dropped };
}

interface Learning {
  readonly objective: Record<string, unknown>;
  readonly recipe: TrainingRecipe;
  readonly figures: readonly string[];
}

function learningOf(task: DeepSpeedTask): Learning {
  if (task.objective === "sft")
    return {
      objective: { objective: "sft" },
      recipe: sftRecipeSchema.parse(task.recipe),
      figures: ["loss", "actionLoss"],
    };
  const recipe = preferenceRecipeSchema.parse({ ...task.recipe, loss: task.objective });
  const { loss, beta, alpha } = recipe;
  return { objective: { objective: "preference", loss, beta, alpha }, recipe, figures: PREFERENCE_FIGURES };
}

function adapterHash({ lora }: DeepSpeedSettings): string | null {
  if (!lora?.adapter) return null;
  const file = path.join(lora.adapter, "adapter_model.safetensors");
  if (!fs.existsSync(file)) throw new UserError(`lora.adapter: ${lora.adapter}: no adapter: ${file} is missing`);
  return sha256File(file);
}

function removeForeignState(folder: string, signature: string): void {
  const file = path.join(folder, "job.json");
  const before = fs.existsSync(file) ? readJson<DeepSpeedJob>(file).signature : null;
  fs.rmSync(file, { force: true });
  if (before === signature) return;
  for (const name of [...STATE, ...STATE_FILES]) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

function copyModel(source: string, target: string): void {
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(target);
  for (const entry of fs.readdirSync(source, { withFileTypes: true }))
    if (!entry.isDirectory()) fs.copyFileSync(path.join(source, entry.name), path.join(target, entry.name));
}
