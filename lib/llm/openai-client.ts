import type OpenAI from "openai";
import { Interrupted, UserError } from "../base/index.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { HttpOptions } from "./json-http.ts";
import { kindOfStatus, ModelError, retryAfterMs } from "./model-error.ts";

/** Options of the OpenAI-compatible clients; `url` with its `/v1`. */
export interface OpenAiOptions extends HttpOptions {
  /** The model's name on the server. */
  readonly model: string;
  /** Named in results; default: `model`. */
  readonly name?: string;
}

/** A client of OpenAI's package, which is loaded when first needed. Retries are not its business. */
export function lazyClient({ url, apiKey, timeoutMs, fetch }: OpenAiOptions): () => Promise<OpenAI> {
  let client: Promise<OpenAI> | undefined;
  const load = async (): Promise<OpenAI> => {
    const { default: Client } = await import("openai");
    return new Client({
      baseURL: url,
      apiKey: apiKey ?? "none", // local servers ask for none, the package for some
      maxRetries: 0,
      timeout: timeoutMs ?? 600_000,
      ...(fetch && { fetch }),
    });
  };
  return () => (client ??= load());
}

/**
 * Runs a call, and tells its errors in our words. The call gets a signal of its own: OpenAI's package listens to it for
 * good, and a long run has one signal for thousands of calls.
 */
export async function calling<T>(
  options: OpenAiOptions,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const stop = (): void => own.abort();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  try {
    return await call(own.signal);
  } catch (error) {
    throw await modelError(error, options, signal);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** An error of OpenAI's package, of the network or of ours. */
export async function modelError(
  error: unknown,
  { url, model, clock = systemClock }: OpenAiOptions & { readonly clock?: Clock },
  signal: AbortSignal | undefined,
): Promise<Error> {
  if (error instanceof ModelError || error instanceof UserError) return error;
  if (signal?.aborted) return new Interrupted("the call was given up");
  const { default: Client } = await import("openai");
  const message = `${model} at ${url}: ${(error as Error).message}`;
  if (error instanceof Client.APIConnectionTimeoutError) return new ModelError("timeout", message, { cause: error });
  if (error instanceof Client.APIError && error.status !== undefined) {
    const headers = error.headers as Headers | undefined;
    const details = { status: error.status as number, cause: error };
    const wait = retryAfterMs(headers?.get("retry-after"), () => clock.now());
    return new ModelError(kindOfStatus(error.status as number), message, { ...details, retryAfterMs: wait });
  }
  return new ModelError("connection", message, { cause: error });
}
