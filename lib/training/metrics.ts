import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/index.ts";

/** One step of training, as written to `metrics.jsonl`. */
export interface StepMetrics {
  /** From 1. */
  readonly step: number;
  /** Tokens seen so far. */
  readonly tokens: number;
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  /** The other figures of the objective, such as `actionLoss` or `rewards/margins`. */
  readonly [figure: string]: number;
}

/** A step that was skipped: its loss or gradient was not finite. */
export interface SkippedStep {
  readonly step: number;
  readonly skipped: true;
}

/** Appends to `metrics.jsonl`. Lines after `step` are dropped first: a continued run writes them again. */
export class MetricsFile {
  readonly #file: string;

  constructor(folder: string, step: number) {
    this.#file = path.join(folder, "metrics.jsonl");
    const kept = step === 0 ? [] : readLines(this.#file).filter((row) => row.step <= step);
    writeFileAtomic(this.#file, kept.map((row) => JSON.stringify(row) + "\n").join(""));
  }

  append(rows: readonly (StepMetrics | SkippedStep)[]): void {
    if (rows.length > 0) fs.appendFileSync(this.#file, rows.map((row) => JSON.stringify(row) + "\n").join(""));
  }

  skippedSteps(): number {
    return readLines(this.#file).filter(isSkipped).length;
  }

  /** Means over the last twentieth of the steps. */
  finalMeans(figures: readonly string[]): Record<string, number> {
    const rows = readMetrics(this.#file);
    const last = rows.slice(-Math.max(1, Math.floor(rows.length / 20)));
    const mean = (figure: string): number => last.reduce((sum, row) => sum + row[figure], 0) / last.length;
    return Object.fromEntries(figures.map((figure) => [figure, mean(figure)]));
  }
}

/** The steps of a run that changed the weights. */
export const readMetrics = (file: string): StepMetrics[] =>
  readLines(file).filter((row): row is StepMetrics => !isSkipped(row));

const isSkipped = (row: StepMetrics | SkippedStep): row is SkippedStep => "skipped" in row;

/** A last line cut short by a kill is left out. */
function readLines(file: string): (StepMetrics | SkippedStep)[] {
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as StepMetrics | SkippedStep);
}
