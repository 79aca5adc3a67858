import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, sha256File, UserError, writeJson } from "../base/index.ts";
import { readSafetensors, writeSafetensors } from "../model/index.ts";

/** Everything a run needs to go on exactly as if it had never stopped; what is random depends on seed and step alone. */
export interface Checkpoint {
  /** Steps done: the schedule's place and the data's. */
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

/**
 * Writes a checkpoint into a temporary folder, renames it, reads it again, and only then removes the earlier ones: at any
 * moment one of them is whole. Throws `UserError` where the disk does not take it; the earlier one is kept then.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const { step, tokens, signature } = checkpoint;
  const target = path.join(folder, folderName(step));
  const temporary = `${target}.tmp`;
  const array = (data: Float32Array): { shape: number[]; data: Float32Array } => ({ shape: [data.length], data });
  try {
    fs.rmSync(temporary, { recursive: true, force: true });
    const file = path.join(temporary, ARRAYS);
    writeSafetensors(
      file,
      new Map([
        ["weights", array(checkpoint.weights)],
        ["mean", array(checkpoint.mean)],
        ["square", array(checkpoint.square)],
      ]),
    );
    writeJson(path.join(temporary, STATE), { step, tokens, signature, sha256: sha256File(file) } satisfies State);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    throw notWritten(error as NodeJS.ErrnoException, step, folder);
  }
  if (!readCheckpoint(target)) throw new Error(`${target}: the checkpoint reads otherwise than it was written`);
  for (const name of fs.readdirSync(folder))
    if (name !== folderName(step)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** The latest whole checkpoint with this signature; half-written and foreign ones are passed over. */
export function loadCheckpoint(folder: string, signature: string): Checkpoint | undefined {
  if (!fs.existsSync(folder)) return undefined;
  for (const name of fs.readdirSync(folder).sort().reverse()) {
    if (name.endsWith(".tmp")) continue;
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

function notWritten(error: NodeJS.ErrnoException, step: number, folder: string): Error {
  const full = ["ENOSPC", "EDQUOT", "EFBIG"].includes(error.code ?? "");
  const kept = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.endsWith(".tmp")) : [];
  const what = full ? "the disk is full" : error.message;
  return new UserError(
    `${folder}: the checkpoint of step ${step} could not be written: ${what}. ` +
      (kept.length > 0
        ? `${kept.sort().at(-1)} is kept; the same command continues from it.`
        : "None was there before."),
    { cause: error },
  );
}
