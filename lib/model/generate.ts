import { Interrupted, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { Batch } from "./batch.ts";
import type { Llama } from "./llama.ts";
import { checkWholeNumber, rowRules, type RowOptions } from "./row-rules.ts";
import type { RowDriver } from "./row.ts";

/** Most rows at once, where the caller does not say. */
export const ROWS = 64;

export interface GenerateOptions extends RowOptions {
  /** Most rows at once, 64 by default. More use the machine better, and need memory for keys and values. */
  readonly rows?: number;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Decodes many rows side by side, each a conversation led by its driver. A driver is started when a place is free for it,
 * in the order given. What a row says does not depend on the others, float rounding aside; the same model, drivers and
 * options give the same tokens. Of equal logits the lower token wins.
 */
export async function generate(model: Llama, drivers: readonly RowDriver[], options: GenerateOptions): Promise<void> {
  const { onProgress, signal, rows = ROWS } = options;
  checkWholeNumber("rows", rows, 1);
  const rules = rowRules(model, options);
  const batch = new Batch(model, rows);
  for (const driver of drivers) batch.add(driver, rules);
  try {
    for (;;) {
      if (signal?.aborted) throw new Interrupted("decoding was stopped");
      if (!(await batch.step())) break;
      onProgress?.({ done: batch.finished, total: drivers.length, note: `${batch.columns} tokens a row` });
      await yieldToEventLoop();
    }
  } finally {
    batch.dispose();
  }
  onProgress?.({ done: drivers.length, total: drivers.length });
}
