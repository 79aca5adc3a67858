import { Interrupted, yieldToEventLoop } from "../base/index.ts";
import { Batch } from "./batch.ts";
import { checkPrompt } from "./complete.ts";
import { CompletionDriver, type Completion, type CompletionRules } from "./completion-driver.ts";
import { ROWS } from "./generate.ts";
import type { Llama } from "./llama.ts";
import { rowRules } from "./row-rules.ts";
import type { RowEnd } from "./row.ts";
import type { Sampling } from "./sampling.ts";

/** To begin costs about as much as a few steps, whether one prompt begins or many. */
const PATIENCE = 4;

/** One prompt to continue. */
export interface EngineRequest extends Omit<CompletionRules, "withLogprobs"> {
  readonly ids: readonly number[];
  /** Default: the best token each time. */
  readonly sampling?: Sampling;
  /** Asks for log-probabilities, and for those of so many of the most probable tokens at each place. */
  readonly logprobs?: number;
  /** Names the stream of random numbers under the seed, so that several continuations of one prompt differ. Default: 0. */
  readonly stream?: number;
  /** Once aborted, the row is dropped before the next step and `Interrupted` is thrown. */
  readonly signal?: AbortSignal;
}

/** A request came to an engine that was closed, or was under way when it was. */
export class EngineClosed extends Error {
  override readonly name = "EngineClosed";
}

/**
 * Continuous batching: a model that waits for prompts and continues all that are there side by side. New ones enter and
 * finished ones leave between two steps. What a request gets does not depend on the others, float rounding aside.
 *
 * Computes with the weights, and the active adapter, that the model had when the engine was made. Tensor work happens in
 * this thread, a step at a time; in between, other work has its turn.
 */
export class Engine {
  readonly #model: Llama;
  readonly #batch: Batch;
  readonly #open = new Set<EngineDriver>();
  #running: Promise<void> | null = null;
  #closed: Error | null = null;

  /** @param rows most prompts at once; more wait */
  constructor(model: Llama, rows = ROWS) {
    this.#model = model;
    this.#batch = new Batch(model, rows, PATIENCE);
  }

  /** Prompts that are being continued. */
  get running(): number {
    return this.#batch.running;
  }

  /** Prompts that wait for a place. */
  get waiting(): number {
    return this.#batch.waiting;
  }

  /** Continues one prompt. Throws `UserError` for a request that cannot be, before anything is computed. */
  async complete(request: EngineRequest): Promise<Completion> {
    if (this.#closed) throw this.#closed;
    const { ids, stopTokens, maxTokens, sampling, logprobs, stream = 0, signal } = request;
    checkPrompt(ids, this.#model.config.vocab_size, "the prompt");
    const rules = rowRules(this.#model, { stopTokens, maxTurnTokens: maxTokens, sampling, logprobs });
    if (signal?.aborted) throw new Interrupted("the request was called off");
    const driver = new EngineDriver(ids, { ...request, withLogprobs: logprobs !== undefined }, String(stream));
    const place = this.#batch.add(driver, rules);
    const cancel = (): void => place.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    this.#open.add(driver);
    this.#running ??= this.#run();
    try {
      return await driver.done;
    } finally {
      this.#open.delete(driver);
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends all requests with `EngineClosed` and frees the memory; call it before the model is disposed. */
  async close(): Promise<void> {
    this.#closed ??= new EngineClosed("the engine was closed");
    for (const driver of this.#open) driver.fail(this.#closed);
    await this.#running;
    this.#batch.dispose();
  }

  /** Decodes until nothing is left to do. */
  async #run(): Promise<void> {
    try {
      // First the event loop: requests that have arrived together begin together.
      for (await yieldToEventLoop(); !this.#closed && (await this.#batch.step());) await yieldToEventLoop();
    } catch (error) {
      // Not one request's mistake, which its driver takes: the batch itself is broken.
      this.#closed = error as Error;
      for (const driver of this.#open) driver.fail(error);
    }
    this.#running = null;
  }
}

/** A completion that someone waits for. */
class EngineDriver extends CompletionDriver {
  readonly done: Promise<Completion>;
  #settle!: { resolve: (completion: Completion) => void; reject: (error: unknown) => void };

  constructor(ids: readonly number[], rules: CompletionRules, id: string) {
    super(ids, rules, id);
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  override end(reason: RowEnd): void {
    super.end(reason);
    if (reason === "cancelled") this.#settle.reject(new Interrupted("the request was called off"));
    else this.#settle.resolve(this.completion());
  }

  fail(error: unknown): void {
    this.#settle.reject(error);
  }
}
