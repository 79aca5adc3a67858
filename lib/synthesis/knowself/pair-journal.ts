import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, sha256, UserError, writeFileAtomic, writeJson } from "../../base/index.ts";
import { parseStepPair, type StepPair } from "../../trajectory/index.ts";
import type { TaskOutcome } from "./task-outcome.ts";

/** Where pairs are written: JSON lists in the published layout. */
export interface PairFiles {
  readonly pairs: string;
  /** For the records of failed searches. */
  readonly noFind?: string;
}

/**
 * Keeps what was found while the work goes on: one line a task in `<pairs>.partial.jsonl`, flushed as it is done. A
 * killed run loses no finished task; the JSON lists are written, atomically, when all is done, and the journal goes.
 */
export class PairJournal {
  /** What earlier, unfinished runs found, by task number. */
  readonly found: ReadonlyMap<number, TaskOutcome>;
  readonly #files: PairFiles;
  readonly #journal: string;

  /** @param settings what decides the pairs; a journal that was begun with others throws `UserError` */
  constructor(files: PairFiles, settings: unknown) {
    this.#files = files;
    this.#journal = `${files.pairs}.partial.jsonl`;
    const header = JSON.stringify({ settings: sha256(canonicalJson(settings ?? null)) });
    const [first, ...rows] = readLines(this.#journal);
    if (first !== undefined && first !== header)
      throw new UserError(
        `${this.#journal}: was begun with other settings; go on with those, or remove the file to start anew`,
      );
    const outcomes = rows.map((row, i) => readOutcome(row, `${this.#journal}:${i + 2}`));
    this.found = new Map(outcomes.map((outcome) => [outcome.idx, outcome]));
    // Without what a killed writer left of a line.
    writeFileAtomic(this.#journal, [header, ...rows].map((line) => `${line}\n`).join(""));
  }

  add(outcome: TaskOutcome): void {
    const handle = fs.openSync(this.#journal, "a");
    try {
      fs.writeSync(handle, `${JSON.stringify(outcome)}\n`);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  }

  finish(pairs: readonly StepPair[], noFind: readonly StepPair[]): void {
    if (this.#files.noFind !== undefined) writeJson(this.#files.noFind, noFind);
    writeJson(this.#files.pairs, pairs);
    fs.rmSync(this.#journal);
  }
}

/** Whole lines only. */
function readLines(file: string): string[] {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
}

function readOutcome(line: string, place: string): TaskOutcome {
  try {
    const outcome = JSON.parse(line) as TaskOutcome;
    [...outcome.pairs, ...outcome.noFind].forEach(parseStepPair);
    return outcome;
  } catch (error) {
    throw new UserError(`${place}: ${(error as Error).message}`);
  }
}

/** Reads a published list of pairs (`pair_data.json`, `no_find_data.json`). Throws `UserError` with file and record. */
export function readStepPairs(file: string): StepPair[] {
  let records: unknown;
  try {
    records = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(records)) throw new UserError(`${file}: a JSON list of pairs is needed`);
  return records.map((record, i) => {
    try {
      return parseStepPair(record);
    } catch (error) {
      throw new UserError(`${file}: record ${i}: ${(error as Error).message}`);
    }
  });
}
