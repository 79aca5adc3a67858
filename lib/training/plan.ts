import { createRandom } from "../base/index.ts";
import { permutation } from "./permutation.ts";

export interface PlanOptions {
  /** Rows a batch at most ... */
  readonly batchSize: number;
  /** ... and tokens, padding included: long rows go into smaller batches, which bounds the memory of a step. */
  readonly batchTokens?: number;
  /** Places in a line: short rows follow each other in lines of at most so many. Absent: every row has its own line. */
  readonly packedLength?: number;
  readonly seed: number | string;
}

/** The lines of a batch; a line holds row indices. */
export type BatchPlan = readonly (readonly number[])[];

const BUCKET = 16; // batches that are sorted by length together

/**
 * The batches of one epoch. The rows are shuffled; those of similar length then share a batch, so that little is padding,
 * and the batches of a bucket are shuffled again. Depends on the arguments only, and needs memory for one bucket.
 */
export function* planEpoch(
  rows: { readonly count: number; length(index: number): number },
  epoch: number,
  options: PlanOptions,
): Generator<BatchPlan> {
  const { batchSize, batchTokens = Infinity, packedLength, seed } = options;
  const random = createRandom(seed, `training/batches/${epoch}`);
  const order = permutation(rows.count, seed, `training/order/${epoch}`);
  for (let at = 0; at < rows.count; at += BUCKET * batchSize) {
    const size = Math.min(BUCKET * batchSize, rows.count - at);
    const bucket = Array.from({ length: size }, (_, i) => {
      const index = order(at + i);
      return { line: [index], length: rows.length(index) };
    });
    const lines = packedLength === undefined ? bucket : pack(bucket, packedLength);
    lines.sort((a, b) => a.length - b.length || a.line[0] - b.line[0]);
    const cut: (readonly number[])[][] = [];
    for (const { line, length } of lines) {
      const open = cut.at(-1);
      // Lines come in the order of their length, so this one is the longest so far.
      if (open && open.length < batchSize && (open.length + 1) * length <= batchTokens) open.push(line);
      else cut.push([line]);
    }
    for (const batch of random.shuffle(cut)) yield batch;
  }
}

interface Line {
  readonly line: number[];
  length: number;
}

/** First fit, longest first. A row takes one place less than it has tokens: its last token is only predicted. */
function pack(rows: readonly Line[], places: number): Line[] {
  const lines: Line[] = [];
  for (const { line, length } of [...rows].sort((a, b) => b.length - a.length || a.line[0] - b.line[0])) {
    const open = lines.find((other) => other.length + length - 2 <= places);
    if (open) {
      open.line.push(...line);
      open.length += length - 1;
    } else lines.push({ line: [...line], length });
  }
  return lines;
}

/** Batches of each step, over all epochs, from step `from` on; the last step of an epoch may have fewer. */
export function* planSteps(
  rows: { readonly count: number; length(index: number): number },
  recipe: PlanOptions & { readonly epochs: number; readonly accumulate: number },
  from = 0,
): Generator<readonly BatchPlan[]> {
  let step = 0;
  for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    let open: BatchPlan[] = [];
    for (const batch of planEpoch(rows, epoch, recipe)) {
      open.push(batch);
      if (open.length < recipe.accumulate) continue;
      if (step++ >= from) yield open;
      open = [];
    }
    if (open.length > 0 && step++ >= from) yield open;
  }
}

/** Steps of a run, found by going through its plan. */
export function countSteps(
  rows: { readonly count: number; length(index: number): number },
  recipe: PlanOptions & { readonly epochs: number; readonly accumulate: number },
): number {
  let steps = 0;
  for (const _ of planSteps(rows, recipe)) steps++;
  return steps;
}
