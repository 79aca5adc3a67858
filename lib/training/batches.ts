import type { LabelledExample } from "../labels/index.ts";
import { isOwn } from "./row-problems.ts";

/** Lines of a step, padded on the right to one length; every list is [lines · length]. */
export interface Batch {
  readonly lines: number;
  readonly length: number;
  readonly ids: Int32Array;
  /** The next token of each position. */
  readonly labels: Int32Array;
  /** Loss weight of each label; 0 where padded. */
  readonly weights: Float32Array;
  /** 1 where the label is trained at full weight (the agent's own tokens). */
  readonly own: Float32Array;
  /** Which row of its line a position belongs to; null where every line is one row. */
  readonly segments: Int32Array | null;
  /** Tokens of the rows, padding not counted. */
  readonly tokens: number;
}

const LENGTH_STEP = 8; // the native library prepares its kernels once per shape, so few shapes are wanted

/**
 * Lays rows out in lines. Inputs are all tokens but a row's last, labels all but its first; the length is rounded up to a
 * multiple of 8, within the model's `context`.
 */
export function makeBatch(lines: readonly (readonly LabelledExample[])[], context = Infinity): Batch {
  const longest = Math.max(...lines.map((rows) => rows.reduce((sum, row) => sum + row.ids.length - 1, 0)));
  const length = Math.max(longest, Math.min(context, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP));
  const size = lines.length * length;
  const ids = new Int32Array(size); // padded with 0
  const labels = new Int32Array(size);
  const weights = new Float32Array(size);
  const own = new Float32Array(size);
  const packed = lines.some((rows) => rows.length > 1);
  const segments = packed ? new Int32Array(size) : null;
  let tokens = 0;
  lines.forEach((rows, line) => {
    let at = line * length;
    rows.forEach((row, segment) => {
      tokens += row.ids.length;
      for (let t = 0; t + 1 < row.ids.length; t++, at++) {
        ids[at] = row.ids[t];
        labels[at] = row.ids[t + 1];
        weights[at] = row.weights[t + 1];
        own[at] = isOwn(row.weights[t + 1]) ? 1 : 0;
        if (segments) segments[at] = segment;
      }
    });
    segments?.fill(rows.length, at, (line + 1) * length);
  });
  return { lines: lines.length, length, ids, labels, weights, own, segments, tokens };
}
