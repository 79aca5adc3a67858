import { ApiError } from "./api-error.ts";

export interface Limits {
  /** Largest request body, in bytes. */
  readonly bodyBytes: number;
  /** Most tokens that one request may ask for in one answer. */
  readonly maxTokens: number;
  /** Most answers that are being made or wait; a request for more is refused. */
  readonly answers: number;
}

/** Counts the answers that are being made, and refuses what would be too many. */
export class Admission {
  readonly #limits: Limits;
  #open = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /** Takes in a request for so many answers; call the result once, when it is over. */
  admit(answers: number): () => void {
    const { answers: most } = this.#limits;
    if (this.#open + answers > most)
      throw new ApiError(429, `${this.#open} answers are being made, and ${most} is the limit: try again later`, {
        type: "rate_limit_error",
        code: "queue_full",
      });
    this.#open += answers;
    let left = answers;
    return () => {
      this.#open -= left;
      left = 0;
    };
  }

  /** The most tokens of an answer, where the request may have them. */
  checkTokens(asked: number | undefined, param: string): void {
    const { maxTokens } = this.#limits;
    if (asked !== undefined && asked > maxTokens)
      throw new ApiError(400, `${param} ${asked}: at most ${maxTokens} tokens are given at a time`, { param });
  }
}
