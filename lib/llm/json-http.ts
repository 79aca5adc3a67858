import { Interrupted } from "../base/index.ts";
import { systemClock, type Clock } from "./clock.ts";
import { kindOfStatus, ModelError, retryAfterMs } from "./model-error.ts";
import { serverSentEvents } from "./server-sent-events.ts";

export interface HttpOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Longest wait for an answer; default: ten minutes. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

const TIMEOUT_MS = 600_000;

/** Sends JSON to `url` + `path`, and gives back what the server answers. Throws `ModelError`. */
export async function postJson(
  options: HttpOptions,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const call = new Call(options, signal);
  try {
    const response = await post(options, path, body, call.signal);
    const text = await response.text();
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ModelError("answer", `${options.url}${path}: no JSON: ${text.slice(0, 200)}`);
    }
  } catch (error) {
    throw asModelError(error, options.url + path, call.signal);
  } finally {
    call.end();
  }
}

/** The same for an answer that comes as events of JSON; the timeout is for its beginning. */
export async function* postForEvents(
  options: HttpOptions,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const call = new Call(options, signal);
  try {
    const response = await post(options, path, body, call.signal);
    call.stopClock();
    if (!response.body) throw new ModelError("answer", `${options.url}${path}: an empty answer`);
    for await (const event of serverSentEvents(response.body as unknown as AsyncIterable<Uint8Array>))
      if (event !== "[DONE]") yield JSON.parse(event) as unknown;
  } catch (error) {
    throw asModelError(error, options.url + path, call.signal);
  } finally {
    call.end();
  }
}

async function post(
  { url, apiKey, fetch: send = fetch, clock = systemClock }: HttpOptions,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };
  const response = await send(url + path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (response.ok) return response;
  const text = (await response.text()).slice(0, 500);
  throw new ModelError(kindOfStatus(response.status), `${url}${path}: ${response.status} ${text}`, {
    status: response.status,
    retryAfterMs: retryAfterMs(response.headers.get("retry-after"), () => clock.now()),
  });
}

/** A call under way: its signal aborts with the caller's, or when it takes too long. */
class Call {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #outer: AbortSignal | undefined;
  readonly #stop = (): void => this.#controller.abort(new Interrupted("the call was given up"));

  constructor({ url, timeoutMs = TIMEOUT_MS }: HttpOptions, outer: AbortSignal | undefined) {
    const late = new ModelError("timeout", `${url}: no answer within ${timeoutMs / 1000} s`);
    this.#timer = setTimeout(() => this.#controller.abort(late), timeoutMs);
    this.#outer = outer;
    if (outer?.aborted) this.#stop();
    outer?.addEventListener("abort", this.#stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** A stream that is not read to its end is let go with this. */
  end(): void {
    this.stopClock();
    this.#outer?.removeEventListener("abort", this.#stop);
    this.#controller.abort(new Interrupted("the call is over"));
  }
}

function asModelError(error: unknown, address: string, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error;
  if (error instanceof ModelError) return error;
  const { message, cause } = error as Error & { cause?: Error };
  return new ModelError("connection", `${address}: ${cause?.message ?? message}`, { cause: error });
}
