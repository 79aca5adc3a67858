import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, sha256File, writeJson } from "../base/index.ts";
import { readSafetensors, writeSafetensors } from "../model/index.ts";

/** Everything a run needs to go on exactly as if it had never stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Tokens seen. */
  readonly tokens: number;
  /** Recipe, data and model shape: a checkpoint of another run is not continued. */
  readonly signature: string;
  readonly weights: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

interface State {
  readonly step: number;
  readonly tokens: number;
  readonly signature: string;
  readonly sha256: string;
}

const ARRAYS = "state.safetensors";
const STATE = "state.json"; // written last: its presence and hash say that the checkpoint is whole

const folderName = (step: number): string => `step-${String(step).padStart(8, "0")}`;

/** Writes a checkpoint beside the earlier ones, then removes those: at any moment one of them is whole. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const { step, tokens, signature } = checkpoint;
  const target = path.join(folder, folderName(step));
  fs.rmSync(target, { recursive: true, force: true });
  const file = path.join(target, ARRAYS);
  const array = (data: Float32Array): { shape: number[]; data: Float32Array } => ({ shape: [data.length], data });
  writeSafetensors(
    file,
    new Map([
      ["weights", array(checkpoint.weights)],
      ["mean", array(checkpoint.mean)],
      ["square", array(checkpoint.square)],
    ]),
  );
  writeJson(path.join(target, STATE), { step, tokens, signature, sha256: sha256File(file) } satisfies State);
  for (const name of fs.readdirSync(folder))
    if (name !== folderName(step)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** The latest whole checkpoint with this signature; half-written and foreign ones are passed over. */
export function loadCheckpoint(folder: string, signature: string): Checkpoint | undefined {
  if (!fs.existsSync(folder)) return undefined;
  for (const name of fs.readdirSync(folder).sort().reverse()) {
    const checkpoint = readCheckpoint(path.join(folder, name));
    if (checkpoint?.signature === signature) return checkpoint;
  }
  return undefined;
}

function readCheckpoint(folder: string): Checkpoint | undefined {
  const file = path.join(folder, ARRAYS);
  if (!fs.existsSync(path.join(folder, STATE)) || !fs.existsSync(file)) return undefined;
  const { step, tokens, signature, sha256 } = readJson<State>(path.join(folder, STATE));
  if (sha256File(file) !== sha256) return undefined;
  const arrays = readSafetensors(file);
  const [weights, mean, square] = ["weights", "mean", "square"].map((name) => arrays.get(name)?.data);
  return weights && mean && square ? { step, tokens, signature, weights, mean, square } : undefined;
}
