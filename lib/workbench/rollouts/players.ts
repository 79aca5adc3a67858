import * as path from "node:path";
import { sha256File } from "../../base/index.ts";
import { selectEngine } from "../../model/index.ts";
import { weightsFile, type HomeList, type StudentPlayer, type TeacherPlayer } from "./plan.ts";

/** Games that a student's worker decodes side by side; twice as many take twice the memory (64 of 640 tokens: 0.25 GB). */
const BATCH = 64;

/** The scripted teacher that knows the prior in this file. */
export const teacherPlayer = (prior: string): TeacherPlayer => ({
  kind: "teacher",
  prior: path.resolve(prior),
  priorHash: sha256File(prior),
});

/** Households with their rules: rooms by their ids, furnished with the prior in this file. */
export const homeList = ({ prior, ...list }: Omit<HomeList, "source" | "priorHash">): HomeList => ({
  ...list,
  source: "homes",
  prior: path.resolve(prior),
  priorHash: sha256File(prior),
});

export interface StudentOptions {
  readonly name: string;
  /** Folder with `config.json` and `model.safetensors`. */
  readonly folder: string;
  /** Its `tokenizer.json`; default: the one in `folder`. */
  readonly tokenizer?: string;
  /** Whether it was trained with thoughts. */
  readonly thoughts: boolean;
  /** For a student that knows KnowSelf's situations: when it is given the rules of the household. */
  readonly knowledge?: StudentPlayer["knowledge"];
  readonly admissibleOnly: boolean;
  /** Default 64. */
  readonly batch?: number;
}

/** A student in a folder that the workers see too, computed by the engine of this process. */
export function studentPlayer({ batch = BATCH, ...options }: StudentOptions): StudentPlayer {
  const folder = path.resolve(options.folder);
  const tokenizer = path.resolve(options.tokenizer ?? path.join(folder, "tokenizer.json"));
  const { engine, tensorflowVersion } = selectEngine("auto");
  return {
    ...options,
    kind: "student",
    folder,
    weights: sha256File(weightsFile(folder)),
    tokenizer,
    tokenizerHash: sha256File(tokenizer),
    batch,
    engine,
    tensorflowVersion,
  };
}
