import { UserError, type OnProgress } from "../base/index.ts";
import { CompletionDriver, type Completion } from "./completion-driver.ts";
import type { Constraint } from "./constraint.ts";
import { generate } from "./generate.ts";
import type { Llama } from "./llama.ts";
import { checkWholeNumber } from "./row-rules.ts";
import type { GeneratedToken } from "./row.ts";
import type { Sampling } from "./sampling.ts";
import { TokenText } from "./token-text.ts";

export interface CompleteOptions {
  /** Most tokens of a completion. */
  readonly maxTokens: number;
  /** Each ends a completion; default: the `eos_token_id` of the model's configuration. */
  readonly stopTokens?: readonly number[];
  /** Each ends a completion as soon as its text holds it, wherever tokens begin and end. Needs `decode`. */
  readonly stopStrings?: readonly string[];
  /** Text of ids, such as a tokenizer's. Without it completions have no text. See `TokenText` for what it must do. */
  readonly decode?: (ids: readonly number[]) => string;
  /** Default: the best token each time. A prompt draws from a stream named by its index. */
  readonly sampling?: Sampling;
  /** Asks for log-probabilities, and for those of so many of the most probable tokens at each place. */
  readonly logprobs?: number;
  /** Called once for each prompt, as its completion begins: what it may say; null: anything. */
  readonly constraint?: (prompt: number) => Constraint | null;
  /** Sees the tokens of prompt number `prompt` as they come. */
  readonly onToken?: (prompt: number, token: GeneratedToken) => void;
  /** Sees the text of prompt number `prompt` as it becomes certain; the pieces together are the completion's text. */
  readonly onText?: (prompt: number, text: string) => void;
  /** Longest prompt and completion together; default and upper bound: the model's context. */
  readonly maxLength?: number;
  /** Most prompts at once, 64 by default. */
  readonly rows?: number;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Continues each prompt (token ids, of any length) on its own, many side by side. Results are in the order of the prompts
 * and do not depend on what else is in the batch, float rounding aside.
 */
export async function complete(
  model: Llama,
  prompts: readonly (readonly number[])[],
  options: CompleteOptions,
): Promise<Completion[]> {
  const { maxTokens, stopStrings = [], decode, onText, onToken, constraint } = options;
  checkWholeNumber("maxTokens", maxTokens, 1);
  const stopTokens = options.stopTokens ?? [model.config.eos_token_id ?? []].flat();
  if (!decode && (stopStrings.length > 0 || onText))
    throw new UserError("stop strings and text as it comes need `decode`, the tokenizer's way from ids to text");
  prompts.forEach((ids, prompt) => checkPrompt(ids, model.config.vocab_size, `prompt ${prompt}`));
  const { sampling, logprobs, maxLength, rows, onProgress, signal } = options;
  const drivers = prompts.map(
    (ids, prompt) =>
      new CompletionDriver(ids, {
        stopTokens,
        maxTokens,
        stopStrings,
        withLogprobs: logprobs !== undefined,
        reader: decode && new TokenText(decode),
        constraint: constraint && (() => constraint(prompt)),
        onToken: onToken && ((token) => onToken(prompt, token)),
        onText: onText && ((text) => onText(prompt, text)),
      }),
  );
  const shared = { sampling, logprobs, maxLength, rows, onProgress, signal };
  await generate(model, drivers, { ...shared, stopTokens, maxTurnTokens: maxTokens });
  return drivers.map((driver) => driver.completion());
}

/** Throws `UserError` where `ids` are no prompt for a model of that vocabulary. */
export function checkPrompt(ids: readonly number[], vocabulary: number, name: string): void {
  if (ids.length === 0) throw new UserError(`${name} is empty: it must have at least one token`);
  const bad = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
  if (bad !== undefined) throw new UserError(`${name}: token ${bad} is outside the vocabulary of ${vocabulary}`);
}
