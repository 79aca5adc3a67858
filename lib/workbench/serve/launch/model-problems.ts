import * as fs from "node:fs";
import * as path from "node:path";
import { readJson } from "../../../base/index.ts";
import type { LaunchOptions } from "./launch.ts";

interface ModelConfig {
  readonly architectures?: readonly string[];
  readonly max_position_embeddings?: number;
  readonly num_attention_heads?: number;
  readonly num_key_value_heads?: number;
}

/** Names on the hub have one slash and no file behind them. */
const isHubName = (model: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(model) && !fs.existsSync(model);

/** Obvious mistakes about a model in Hugging Face's format and its adapters. Nothing is loaded. */
export function modelProblems({ model, adapters, context, gpus = 1 }: LaunchOptions): string[] {
  const problems: string[] = [];
  if (model.endsWith(".gguf")) problems.push(`${model} is a GGUF file; this server wants a Hugging Face folder`);
  else if (!isHubName(model)) {
    const missing = (name: string): boolean => !fs.existsSync(path.join(model, name));
    if (!fs.existsSync(model)) return [`${model}: no such folder`];
    if (missing("config.json")) return [`${model} has no config.json: it is no model`];
    if (!fs.readdirSync(model).some((name) => /\.(safetensors|bin)$/.test(name)))
      problems.push(`${model} has no weights`);
    if (missing("tokenizer.json") && missing("tokenizer.model")) problems.push(`${model} has no tokenizer`);
    if (missing("chat_template.jinja") && !hasTemplate(model))
      problems.push(`${model} has no chat template: chat requests will fail, plain completions will not`);
    const config = readJson<ModelConfig>(path.join(model, "config.json"));
    const longest = config.max_position_embeddings;
    if (context !== undefined && longest !== undefined && context > longest)
      problems.push(`a context of ${context} tokens is longer than the model's ${longest}`);
    const heads = config.num_attention_heads;
    if (heads !== undefined && gpus > 1 && heads % gpus !== 0)
      problems.push(`${heads} attention heads cannot be shared among ${gpus} GPUs`);
  }
  for (const [name, folder] of adapters ?? [])
    if (!isHubName(folder) && !fs.existsSync(path.join(folder, "adapter_config.json")))
      problems.push(`adapter ${name}: ${folder} has no adapter_config.json`);
  return problems;
}

/** Largest rank among adapters that lie on this disk. */
export function largestRank(adapters: ReadonlyMap<string, string>): number {
  const ranks = [...adapters.values()].map((folder) => {
    const file = path.join(folder, "adapter_config.json");
    return fs.existsSync(file) ? (readJson<{ r?: number }>(file).r ?? 0) : 0;
  });
  return Math.max(0, ...ranks);
}

function hasTemplate(model: string): boolean {
  const file = path.join(model, "tokenizer_config.json");
  return fs.existsSync(file) && readJson<{ chat_template?: unknown }>(file).chat_template !== undefined;
}
