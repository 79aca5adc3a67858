import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/index.ts";

/** One step of training, as written to `metrics.jsonl`. */
export interface StepMetrics {
  /** From 1. */
  readonly step: number;
  /** Tokens seen so far. */
  readonly tokens: number;
  /** Σ weight · nll / Σ weight. */
  readonly loss: number;
  /** Mean nll over the tokens of weight 1: what the agent itself has to say. */
  readonly actionLoss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
}

/** Appends to `metrics.jsonl`. Lines after `step` are dropped first: a continued run writes them again. */
export class MetricsFile {
  readonly #file: string;

  constructor(folder: string, step: number) {
    this.#file = path.join(folder, "metrics.jsonl");
    const kept = step === 0 ? [] : readMetrics(this.#file).filter((row) => row.step <= step);
    writeFileAtomic(this.#file, kept.map((row) => JSON.stringify(row) + "\n").join(""));
  }

  append(rows: readonly StepMetrics[]): void {
    if (rows.length > 0) fs.appendFileSync(this.#file, rows.map((row) => JSON.stringify(row) + "\n").join(""));
  }
}

/** The steps of a run; a last line cut short by a kill is left out. */
export function readMetrics(file: string): StepMetrics[] {
  if (!fs.existsSync(file)) return [];
  const rows: StepMetrics[] = [];
  for (const line of fs.readFileSync(file, "utf8").split("\n").slice(0, -1)) rows.push(JSON.parse(line) as StepMetrics);
  return rows;
}

/** Mean losses over the last twentieth of a run's steps. */
export function finalLosses(folder: string, steps: number): { loss: number; actionLoss: number } {
  const rows = readMetrics(path.join(folder, "metrics.jsonl")).filter(
    (row) => row.step > steps - Math.max(1, steps / 20),
  );
  const mean = (key: "loss" | "actionLoss"): number => rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  return { loss: mean("loss"), actionLoss: mean("actionLoss") };
}
