import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, sha256File, UserError } from "../../base/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import { ChatTemplate, loadTokenizer, plainCodec, withGuards, type Tokenizer } from "../../labels/index.ts";
import { ChatFormat, Engine, Llama, LoraAdapter, readChatTemplate, selectEngine, Student } from "../../model/index.ts";
import type { TurnCodec } from "../../trajectory/index.ts";
import { projectRoot } from "../project.ts";
import { trainedTemplate } from "../trained-template.ts";

/** A model that answers under a name. */
export interface ServedModel {
  readonly name: string;
  readonly student: Student;
  readonly engine: Engine;
}

export interface ServedModels {
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly context: number;
  close(): Promise<void>;
}

export interface ServedModelsOptions {
  /** A run (its folder, or `recipe/arm-seed` below the runs) or a folder with a model and its tokenizer. */
  readonly model: string;
  /** Name of the base model; default: the folder's. */
  readonly name?: string;
  /** Folders of LoRA adapters, by the name that they answer under. */
  readonly adapters?: ReadonlyMap<string, string>;
  /** Most prompts that are continued at once, for each model. */
  readonly rows: number;
  /** Of requests without a seed. */
  readonly seed: number;
}

/** Loads a model and its adapters; each has an engine of its own over the same weights. */
export async function openModels(options: ServedModelsOptions): Promise<ServedModels> {
  const folder = modelFolder(options.model);
  selectEngine("auto");
  const tokenizer = loadTokenizer(path.join(folder, "tokenizer.json"));
  const format = formatOf(folder, tokenizer);
  const model = Llama.load(folder);
  if (model.config.vocab_size < tokenizer.size)
    throw new UserError(`${folder}: the tokenizer has ${tokenizer.size} tokens, the model ${model.config.vocab_size}`);
  const adapters = [...(options.adapters ?? [])].map(([name, at]) => ({ name, adapter: LoraAdapter.load(at, model) }));
  const base = options.name ?? path.basename(path.resolve(options.model));
  const generation = generationConfig(folder);
  const context = model.config.max_position_embeddings;
  const stopTokens = [model.config.eos_token_id ?? generation.eos_token_id ?? []].flat();
  const weights = path.join(folder, "model.safetensors");
  const identity = fs.existsSync(weights) ? { weights: sha256File(weights) } : {};
  const models = new Map<string, ServedModel>();
  for (const { name, adapter } of [{ name: base, adapter: null }, ...adapters]) {
    if (models.has(name)) throw new UserError(`two models would answer under the name ${JSON.stringify(name)}`);
    model.use(adapter);
    const engine = new Engine(model, options.rows);
    model.use(null);
    const temperature = generation.do_sample === true ? (generation.temperature ?? 1) : 0;
    const shared = { engine, format, stopTokens, context, temperature, seed: options.seed };
    models.set(name, {
      name,
      engine,
      student: await Student.create({ ...shared, name, identity: { ...identity, name } }),
    });
  }
  return {
    models,
    context,
    close: async () => {
      for (const { engine, student } of models.values()) {
        await engine.close();
        await student.dispose();
      }
      for (const { adapter } of adapters) adapter.dispose();
      model.dispose();
    },
  };
}

/** The folder with the weights: the one named, or the trained student of a run. */
function modelFolder(named: string): string {
  const runs = process.env["WAYMARK_RUNS"] ?? path.join(projectRoot, "experiments", "runs");
  for (const folder of [path.resolve(named), path.join(runs, named)])
    for (const candidate of [folder, path.join(folder, "training")])
      if (fs.existsSync(path.join(candidate, "config.json"))) return candidate;
  throw new UserError(`${named}: neither a folder with a model (config.json) nor a run whose training is finished`);
}

interface GenerationConfig {
  readonly do_sample?: boolean;
  readonly temperature?: number;
  readonly eos_token_id?: number | number[];
}

function generationConfig(folder: string): GenerationConfig {
  const file = path.join(folder, "generation_config.json");
  return fs.existsSync(file) ? readJson<GenerationConfig>(file) : {};
}

/** The chat format that the model was trained with: as its run or its export says, else by its template. */
function formatOf(folder: string, tokenizer: Tokenizer): ChatFormat {
  const codecs: readonly TurnCodec[] = [plainCodec, createHouseholdCodec()];
  const both = [true, false];
  const candidates = codecs.flatMap((codec) =>
    both.flatMap((thoughts) => both.map((situations) => ({ codec, thoughts, situations }))),
  );
  const trained = trainedTemplate(folder)?.templateHash;
  const jinja = readChatTemplate(folder);
  const found = candidates.find((candidate) => {
    const template = new ChatTemplate(candidate);
    return trained === undefined ? jinja !== null && template.jinja === withGuards(jinja) : template.hash === trained;
  });
  if (found === undefined)
    throw new UserError(
      `${folder}: its chat template is none of Waymark's; models of other families are for vLLM, llama.cpp and the like`,
    );
  return new ChatFormat({ tokenizer, ...found });
}
