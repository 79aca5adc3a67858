import { Interrupted, UserError, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { Decoder } from "./decode.ts";
import type { Llama } from "./llama.ts";
import { tf, type Tensor2D } from "./tensorflow.ts";

/** Why a row stopped: its driver had no more to say, or the context was full. */
export type RowEnd = "finished" | "context_limit";

/** One conversation of many that are decoded side by side. */
export interface RowDriver {
  /** The tokens to begin with; at least one. */
  start(): readonly number[];
  /** The tokens that may come next in this turn, or null for all. `generated` is the turn so far. */
  allowed(generated: readonly number[]): readonly number[] | null;
  /** Called with a whole turn, stop token left out; returns the tokens to feed next, or null to finish the row. */
  turn(generated: readonly number[]): readonly number[] | null;
  /** Called once, when the row stops. */
  end?(reason: RowEnd): void;
}

export interface GenerateOptions {
  /** Ends a turn. */
  readonly stopToken: number;
  /** Longest row; default and upper bound: the model's context. */
  readonly maxLength?: number;
  /** Longest turn; a longer one is cut here and the stop token is put in its place. */
  readonly maxTurnTokens: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

interface Row {
  readonly driver: RowDriver;
  /** Tokens that will be fed before the model chooses again. */
  pending: number[];
  generated: number[];
}

/**
 * Greedy decoding of many rows in lockstep, each a conversation led by its driver. The same model and drivers give the same
 * tokens. Rows that finish make room; of equal logits the lower token wins.
 */
export async function generate(model: Llama, drivers: readonly RowDriver[], options: GenerateOptions): Promise<void> {
  const { stopToken, maxTurnTokens, onProgress, signal } = options;
  const context = model.config.max_position_embeddings;
  const maxLength = Math.min(options.maxLength ?? context, context);
  let rows: Row[] = drivers.map((driver) => ({ driver, pending: [...driver.start()], generated: [] }));
  rows.forEach((row, i) => {
    if (row.pending.length === 0) throw new UserError(`row ${i}: a row must start with at least one token`);
  });
  const decoder = new Decoder(model);
  let finished = 0;
  const finish = (row: Row, reason: RowEnd): void => {
    finished++;
    row.driver.end?.(reason);
  };
  try {
    while (rows.length > 0) {
      if (signal?.aborted) throw new Interrupted("decoding was stopped");
      const room = maxLength - decoder.length;
      if (room === 0) {
        for (const row of rows) finish(row, "context_limit");
        break;
      }
      const count = Math.min(room, ...rows.map((row) => row.pending.length));
      const ids = Int32Array.from(rows.flatMap((row) => row.pending.splice(0, count)));
      const chosen = tf.tidy(() => chooseTokens(decoder.feed(ids, rows.length), rows));
      const staying: number[] = [];
      rows.forEach((row, i) => {
        if (advance(row, chosen[i], stopToken, maxTurnTokens)) staying.push(i);
        else finish(row, "finished");
      });
      if (staying.length > 0 && staying.length < rows.length) decoder.keepRows(staying);
      rows = staying.map((i) => rows[i]);
      onProgress?.({ done: finished, total: drivers.length, note: `${decoder.length} tokens a row` });
      await yieldToEventLoop();
    }
  } finally {
    decoder.dispose();
  }
  onProgress?.({ done: finished, total: drivers.length });
}

/** Takes in the model's choice where the row was free to choose. Returns false where the row has finished. */
function advance(row: Row, chosen: number, stopToken: number, maxTurnTokens: number): boolean {
  if (row.pending.length > 0) return true; // it is still being told something
  if (chosen !== stopToken) row.generated.push(chosen);
  if (chosen !== stopToken && row.generated.length < maxTurnTokens) {
    row.pending = [chosen];
    return true;
  }
  const next = row.driver.turn(row.generated);
  if (next === null) return false;
  // The context always shows a closed turn: an overlong one gets its last token, then the stop token.
  row.pending = chosen === stopToken ? [stopToken, ...next] : [chosen, stopToken, ...next];
  row.generated = [];
  return true;
}

/** The best token of each row, among the allowed ones where its driver says so. Rows still being fed give any. */
function chooseTokens(logits: Tensor2D, rows: readonly Row[]): Int32Array {
  const allowed = rows.map((row) => (row.pending.length > 0 ? null : row.driver.allowed(row.generated)));
  if (rows.every((row) => row.pending.length > 0)) return new Int32Array(rows.length);
  const best = tf.argMax(logits, -1).dataSync() as Int32Array;
  if (allowed.every((ids) => ids === null)) return best;
  const vocabulary = logits.shape[1];
  const values = logits.dataSync();
  return Int32Array.from(allowed, (ids, row) => {
    if (ids === null) return best[row];
    if (ids.length === 0) throw new UserError(`row ${row}: no token is allowed`);
    return ids.reduce((a, b) => {
      const difference = values[row * vocabulary + b] - values[row * vocabulary + a];
      return difference > 0 || (difference === 0 && b < a) ? b : a;
    });
  });
}
