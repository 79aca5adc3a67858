import { createRandom, UserError } from "../base/index.ts";
import type { LabelledExample } from "../labels/index.ts";

/** Rows of a step, padded on the right to one length; every list is [rows · length]. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Int32Array;
  /** The next token of each position. */
  readonly labels: Int32Array;
  /** Loss weight of each label; 0 where padded. */
  readonly weights: Float32Array;
  /** 1 where the label is trained at full weight (the agent's own tokens). */
  readonly full: Float32Array;
  /** Tokens of the rows, padding not counted. */
  readonly tokens: number;
}

const BUCKET = 16; // batches that are sorted by length together

/**
 * The row indices of every step of a training run. Each epoch is shuffled; rows of similar length then share a batch, so
 * that little is padding, and the batches are shuffled again. Depends on the arguments only.
 */
export function planBatches(
  lengths: readonly number[],
  options: {
    /** Rows a step at most ... */
    readonly batchSize: number;
    /** ... and tokens, padding included: long rows go into smaller batches, which bounds the memory of a step. */
    readonly batchTokens?: number;
    readonly epochs: number;
    readonly seed: number | string;
  },
): number[][] {
  const { batchSize, batchTokens = Infinity, epochs, seed } = options;
  const batches: number[][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const random = createRandom(seed, `training/order/${epoch}`);
    const order = random.shuffle(lengths.map((_, i) => i));
    for (let at = 0; at < order.length; at += BUCKET * batchSize) {
      const bucket = order.slice(at, at + BUCKET * batchSize).sort((a, b) => lengths[a] - lengths[b] || a - b);
      const cut: number[][] = [];
      for (const row of bucket) {
        const open = cut.at(-1);
        // Rows come in the order of their length, so this one is the longest so far.
        if (open && open.length < batchSize && (open.length + 1) * lengths[row] <= batchTokens) open.push(row);
        else cut.push([row]);
      }
      batches.push(...random.shuffle(cut));
    }
  }
  return batches;
}

const LENGTH_STEP = 8; // the native library prepares its kernels once per shape, so few shapes are wanted

/**
 * Lays rows side by side. Inputs are all tokens but the last, labels all but the first; the length is rounded up to a
 * multiple of 8, within the model's `context`.
 */
export function makeBatch(rows: readonly LabelledExample[], context = Infinity): Batch {
  const longest = Math.max(...rows.map((row) => row.ids.length)) - 1;
  const length = Math.max(longest, Math.min(context, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP));
  const size = rows.length * length;
  const ids = new Int32Array(size); // padded with 0
  const labels = new Int32Array(size);
  const weights = new Float32Array(size);
  const full = new Float32Array(size);
  let tokens = 0;
  rows.forEach((row, r) => {
    tokens += row.ids.length;
    for (let t = 0; t + 1 < row.ids.length; t++) {
      const at = r * length + t;
      ids[at] = row.ids[t];
      labels[at] = row.ids[t + 1];
      weights[at] = row.weights[t + 1];
      full[at] = row.weights[t + 1] === 1 ? 1 : 0;
    }
  });
  return { rows: rows.length, length, ids, labels, weights, full, tokens };
}

/** Checks rows before any work is done with them. */
export function checkRows(rows: readonly LabelledExample[], vocabulary: number, context: number): void {
  if (rows.length === 0) throw new UserError("no rows to train on");
  for (const { id, ids, weights } of rows) {
    if (ids.length < 2) throw new UserError(`row ${id}: ${ids.length} tokens, at least 2 are needed`);
    if (ids.length - 1 > context)
      throw new UserError(
        `row ${id}: ${ids.length} tokens are longer than the model's context of ${context}: raise max_position_embeddings or leave the row out`,
      );
    if (weights.length !== ids.length)
      throw new UserError(`row ${id}: ${weights.length} weights for ${ids.length} tokens`);
    const foreign = ids.find((token) => token < 0 || token >= vocabulary);
    if (foreign !== undefined)
      throw new UserError(`row ${id}: token ${foreign} is outside the vocabulary of ${vocabulary}`);
    if (!weights.some((weight, t) => t > 0 && weight > 0)) throw new UserError(`row ${id}: every loss weight is 0`);
  }
}
