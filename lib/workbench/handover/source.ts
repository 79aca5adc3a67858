import * as fs from "node:fs";
import * as path from "node:path";
import { readJsonl, UserError } from "../../base/index.ts";
import { loadTokenizer } from "../../labels/index.ts";
import { readConfig } from "../../model/index.ts";

/** What can be handed over: a run, a model folder, or a file of trajectories or of pairs of them. */
export type Source =
  | { readonly kind: "run"; readonly folder: string; readonly model: string; readonly trajectories: string }
  | { readonly kind: "model"; readonly folder: string; readonly model: string }
  | { readonly kind: "trajectories" | "pairs"; readonly file: string };

/** Finds out what `place` is. Throws `UserError` where it is nothing of these, or an unfinished run. */
export async function sourceOf(place: string): Promise<Source> {
  if (!fs.existsSync(place)) throw new UserError(`${place}: no such file or folder`);
  if (fs.statSync(place).isFile()) {
    for await (const row of readJsonl(place, (value) => value))
      return {
        kind: typeof row === "object" && row !== null && "chosen" in row ? "pairs" : "trajectories",
        file: place,
      };
    throw new UserError(`${place}: no trajectory in it`);
  }
  const has = (...file: string[]): boolean => fs.existsSync(path.join(place, ...file));
  if (has("config.json")) return { kind: "model", folder: place, model: place };
  for (const stage of ["trajectories", "labels", "training"])
    if (!has(stage, "manifest.json") && (has("trajectories") || has("training")))
      throw new UserError(
        `${place}: stage ${stage} is not finished (no ${stage}/manifest.json); npm start goes on with it`,
      );
  if (!has("training", "config.json"))
    throw new UserError(`${place}: neither a run (training/config.json) nor a model (config.json)`);
  return {
    kind: "run",
    folder: place,
    model: path.join(place, "training"),
    trajectories: path.join(place, "trajectories", "trajectories.jsonl.gz"),
  };
}

/** Throws `UserError` where a model folder lacks a part, or its tokenizer has more tokens than its embedding. */
export function checkModel(folder: string): void {
  const { vocab_size: size } = readConfig(path.join(folder, "config.json"));
  const weights = ["model.safetensors", "model.safetensors.index.json"];
  if (!weights.some((name) => fs.existsSync(path.join(folder, name))))
    throw new UserError(`${folder}: no weights: neither ${weights.join(" nor ")}`);
  const tokens = loadTokenizer(path.join(folder, "tokenizer.json")).size;
  if (tokens > size) throw new UserError(`${folder}: ${tokens} tokens in tokenizer.json, but vocab_size is ${size}`);
}
