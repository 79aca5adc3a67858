import { Interrupted, UserError, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { Batch, type BatchRules } from "./batch.ts";
import type { Llama } from "./llama.ts";
import type { RowDriver } from "./row.ts";
import { checkSampling, type Sampling } from "./sampling.ts";

const ROWS = 64;

export interface GenerateOptions {
  /** Each ends a turn. The first is put where a turn was cut, so that the context shows a closed turn. */
  readonly stopTokens: readonly number[];
  /** Longest turn; a longer one is cut here. */
  readonly maxTurnTokens: number;
  /** Longest row; default and upper bound: the model's context. */
  readonly maxLength?: number;
  /** Default: the best token each time. */
  readonly sampling?: Sampling;
  /** Drivers are told the log-probability of each token, and so many of the most probable tokens at its place. */
  readonly logprobs?: number;
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
  const { onProgress, signal } = options;
  const batch = new Batch(model, drivers, rulesOf(model, options));
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

function rulesOf(model: Llama, options: GenerateOptions): BatchRules {
  const { sampling, logprobs, rows = ROWS, stopTokens, maxTurnTokens } = options;
  const { max_position_embeddings: context } = model.config;
  const maxLength = Math.min(options.maxLength ?? context, context);
  if (sampling) checkSampling(sampling);
  for (const [name, value, least] of [
    ["rows", rows, 1],
    ["maxLength", maxLength, 1],
    ["maxTurnTokens", maxTurnTokens, 1],
    ["logprobs", logprobs ?? 0, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new UserError(`${name} ${value}: a whole number of ${least} or more is expected`);
  const draws = sampling !== undefined && sampling.temperature > 0;
  return { stopTokens, maxTurnTokens, maxLength, logprobs, rows, ...(draws ? { sampling, seed: sampling.seed } : {}) };
}
