import { createRandom, type Random } from "../base/index.ts";
import type { ChatDelta, ChatMessage, ChatModel, ChatOptions, Completion } from "./chat-model.ts";
import { systemClock, type Clock } from "./clock.ts";
import { ModelError } from "./model-error.ts";

export interface RetryOptions {
  /** Calls in all, the first one among them; default: 6. */
  readonly attempts?: number;
  /** Before the second call; doubled for each further one. Default: 1000. */
  readonly firstDelayMs?: number;
  /** Longest wait, whatever the server asks for; default: 60,000. */
  readonly longestDelayMs?: number;
  /** Of the jitter: waits are drawn between half and the whole. */
  readonly seed?: number | string;
  readonly clock?: Clock;
  /** Is told before each wait. */
  readonly onRetry?: (retry: {
    readonly error: ModelError;
    readonly attempt: number;
    readonly delayMs: number;
  }) => void;
}

/**
 * The one retry layer: calls again after errors that pass (429, 5xx, lost connections, timeouts), with exponential
 * backoff, or as long after as the server's `Retry-After` says. Other errors, and those of a stream that has begun, go
 * through. Clients below must not retry by themselves.
 */
export function withRetry(model: ChatModel, options: RetryOptions = {}): ChatModel {
  const { clock = systemClock, seed = 0 } = options;
  const random = createRandom(seed, "llm/retry");
  const wait = (error: unknown, attempt: number, signal: AbortSignal | undefined): Promise<void> => {
    const { attempts = 6, onRetry } = options;
    if (!(error instanceof ModelError) || !error.isPassing || attempt >= attempts || signal?.aborted) throw error;
    const delayMs = delayOf(error, attempt, options, random);
    onRetry?.({ error, attempt, delayMs });
    return clock.sleep(delayMs, signal);
  };
  return {
    name: model.name,
    identity: model.identity,
    async chat(messages, chatOptions): Promise<Completion> {
      for (let attempt = 1; ; attempt++)
        try {
          return await model.chat(messages, chatOptions);
        } catch (error) {
          await wait(error, attempt, chatOptions?.signal);
        }
    },
    async *stream(messages: readonly ChatMessage[], chatOptions?: ChatOptions) {
      for (let attempt = 1; ; attempt++) {
        const stream = model.stream(messages, chatOptions);
        let first: IteratorResult<ChatDelta, Completion>;
        try {
          first = await stream.next();
        } catch (error) {
          await wait(error, attempt, chatOptions?.signal);
          continue;
        }
        if (first.done) return first.value;
        yield first.value;
        return yield* stream;
      }
    },
  };
}

function delayOf(error: ModelError, attempt: number, options: RetryOptions, random: Random): number {
  const { firstDelayMs = 1000, longestDelayMs = 60_000 } = options;
  if (error.retryAfterMs !== undefined) return Math.min(error.retryAfterMs, longestDelayMs);
  const whole = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs);
  return Math.round(whole * (0.5 + random.next() / 2));
}
