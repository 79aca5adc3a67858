import { UserError } from "../../../base/index.ts";
import { systemClock, type Clock } from "../../../llm/index.ts";

export interface ReadyOptions {
  /** Longest wait; default: ten minutes, large models load long. */
  readonly timeoutMs?: number;
  /** Between two tries; default: 500. */
  readonly everyMs?: number;
  readonly apiKey?: string;
  readonly signal?: AbortSignal;
  /** Whether the process still lives; its end ends the waiting. */
  readonly isAlive?: () => boolean;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** Asks an address until it answers with 2xx; returns the milliseconds that took. Throws `UserError` with the last failure. */
export async function waitUntilReady(url: string, options: ReadyOptions = {}): Promise<number> {
  const {
    timeoutMs = 600_000,
    everyMs = 500,
    apiKey,
    signal,
    isAlive,
    fetch: send = fetch,
    clock = systemClock,
  } = options;
  const started = clock.now();
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  for (let last = "no try yet"; ; await clock.sleep(everyMs, signal)) {
    if (isAlive?.() === false) throw new UserError(`${url}: the server's process has ended (${last})`);
    try {
      const response = await send(url, { headers, signal: AbortSignal.timeout(10_000) });
      await response.arrayBuffer();
      if (response.ok) return clock.now() - started;
      last = `status ${response.status}`;
      if (response.status === 401 || response.status === 403)
        throw new UserError(`${url}: ${last}: the API key is wrong`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      last = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    }
    if (clock.now() - started >= timeoutMs)
      throw new UserError(`${url}: not ready after ${Math.round((clock.now() - started) / 1000)} s (${last})`);
  }
}
