import { UserError } from "../base/index.ts";
import type { Llama } from "./llama.ts";
import type { RowRules } from "./row.ts";
import { checkSampling, type Sampling } from "./sampling.ts";

/** How a row is decoded. */
export interface RowOptions {
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
}

/** Checks the options; throws `UserError` for a value out of its range. */
export function rowRules(model: Llama, options: RowOptions): RowRules {
  const { sampling, logprobs, stopTokens, maxTurnTokens } = options;
  const { max_position_embeddings: context } = model.config;
  const maxLength = Math.min(options.maxLength ?? context, context);
  if (sampling) checkSampling(sampling);
  checkWholeNumber("maxLength", maxLength, 1);
  checkWholeNumber("maxTurnTokens", maxTurnTokens, 1);
  checkWholeNumber("logprobs", logprobs ?? 0, 0);
  return { stopTokens, maxTurnTokens, maxLength, logprobs, sampling };
}

export function checkWholeNumber(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`${name} ${value}: a whole number of ${least} or more is expected`);
}
