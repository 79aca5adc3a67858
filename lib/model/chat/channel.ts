/**
 * What `work` puts in, in the order of its coming, and in the end what it returns. Work begins with the first `next`;
 * whoever ends the loop early aborts it.
 */
export class Channel<T, R> implements AsyncGenerator<T, R, undefined> {
  readonly #work: (put: (value: T) => void, signal: AbortSignal) => Promise<R>;
  readonly #controller = new AbortController();
  readonly #waiting: T[] = [];
  #result: Promise<R> | null = null;
  #ended = false;
  #wake: () => void = () => undefined;

  /** @param signal aborts the work, too */
  constructor(work: (put: (value: T) => void, signal: AbortSignal) => Promise<R>, signal?: AbortSignal) {
    this.#work = work;
    if (signal?.aborted) this.#controller.abort(signal.reason);
    else signal?.addEventListener("abort", () => this.#controller.abort(signal.reason), { once: true });
  }

  async next(): Promise<IteratorResult<T, R>> {
    this.#result ??= this.#start();
    while (this.#waiting.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#waiting.length > 0) return { done: false, value: this.#waiting.shift()! };
    return { done: true, value: await this.#result };
  }

  return(value: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    this.#controller.abort();
    return Promise.resolve(value).then((result) => ({ done: true, value: result }));
  }

  throw(error: unknown): Promise<IteratorResult<T, R>> {
    this.#controller.abort(error);
    return Promise.reject(error as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #start(): Promise<R> {
    const put = (value: T): void => {
      this.#waiting.push(value);
      this.#wake();
    };
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    const result = this.#work(put, this.#controller.signal);
    result.then(end, end);
    return result;
  }
}
