import { sha256 } from "../../base/index.ts";
import { ApiError, apiErrorOf } from "./api-error.ts";
import { eventStream } from "./event-stream.ts";
import { Admission, type Limits } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import type { ServedModel, ServedModels } from "./served-models.ts";

export interface ApiOptions {
  readonly served: ServedModels;
  readonly limits: Limits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Is told of our own mistakes. */
  readonly onError: (error: unknown) => void;
}

/** What the routes share. */
export class ApiContext {
  readonly options: ApiOptions;
  readonly admission: Admission;
  readonly metrics = new Metrics();
  readonly started: number;
  #requests = 0;

  constructor(options: ApiOptions) {
    this.options = options;
    this.admission = new Admission(options.limits);
    this.started = options.now();
  }

  /** Seconds since 1970. */
  seconds(): number {
    return Math.floor(this.options.now() / 1000);
  }

  newId(prefix: string): string {
    return `${prefix}-${sha256(`${this.started}/${this.#requests++}`).slice(0, 24)}`;
  }

  model(name: string): ServedModel {
    const { models } = this.options.served;
    const found = models.get(name);
    if (found) return found;
    throw new ApiError(404, `no model ${JSON.stringify(name)}; there are ${[...models.keys()].join(", ")}`, {
      param: "model",
      code: "model_not_found",
    });
  }

  /** The most tokens of an answer: as many as asked for, within the limit. */
  maxTokens(asked: number | undefined, param: string): number {
    this.admission.checkTokens(asked, param);
    return asked ?? this.options.limits.maxTokens;
  }

  /**
   * Answers a request that wants `answers` answers: `work` starts once there is room for them, and its signal aborts when
   * the client goes away. Returns a whole answer, or events that go on when this has returned.
   */
  async answer(
    request: Request,
    answers: number,
    work: (signal: AbortSignal) => Promise<unknown>,
    describe: (error: ApiError) => unknown = (error) => error,
  ): Promise<Response> {
    const release = this.admission.admit(answers);
    const controller = new AbortController();
    request.signal.addEventListener("abort", () => controller.abort(), { once: true });
    const end = (): void => {
      release();
      controller.abort();
    };
    try {
      const result = await work(controller.signal);
      if (isGenerator(result)) return eventStream(result, (error) => JSON.stringify(describe(this.report(error))), end);
      end();
      return jsonResponse(result);
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Counts what was read and written. */
  countTokens(model: string, usage: { readonly promptTokens: number; readonly completionTokens: number }): void {
    this.metrics.count("waymark_prompt_tokens_total", { model }, usage.promptTokens);
    this.metrics.count("waymark_generated_tokens_total", { model }, usage.completionTokens);
  }

  /** What the client is told; our own mistakes are logged. */
  report(error: unknown): ApiError {
    const told = apiErrorOf(error);
    if (told.status === 500) this.options.onError(error);
    return told;
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<string, void, undefined> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** JSON as an HTTP answer; `Response.json` is not in the types of the notebook kernel's TypeScript. */
export function jsonResponse(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}
