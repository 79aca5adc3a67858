import { UserError, type OnProgress } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";
import { generate } from "./generate.ts";
import type { Llama } from "./llama.ts";
import type { TokenLogprob } from "./logprobs.ts";
import type { GeneratedToken, RowDriver, RowEnd } from "./row.ts";
import type { Sampling } from "./sampling.ts";
import { TextStream } from "./text-stream.ts";

export interface CompleteOptions {
  /** Most tokens of a completion. */
  readonly maxTokens: number;
  /** Each ends a completion; default: the `eos_token_id` of the model's configuration. */
  readonly stopTokens?: readonly number[];
  /** Each ends a completion as soon as its text holds it, wherever tokens begin and end. Needs `decode`. */
  readonly stopStrings?: readonly string[];
  /** Text of ids, such as a tokenizer's. Without it completions have no text. See `TextStream` for what it must do. */
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

export interface Completion {
  /** Every token generated: the stop token is among them, and so are the tokens of a stop string. */
  readonly ids: readonly number[];
  /** Text without stop token, up to the stop string. Where `decode` was given. */
  readonly text?: string;
  /** Of each of `ids` under the model's own distribution: temperature 1, no filter, no constraint. Where asked for. */
  readonly logprobs?: readonly number[];
  /** The most probable tokens at the place of each of `ids`, best first. Where asked for. */
  readonly alternatives?: readonly (readonly TokenLogprob[])[];
  /**
   * `stop`: a stop token, a stop string, or a constraint that allows nothing more. `length`: `maxTokens` reached, so
   * constrained text may be unfinished, such as half an object. `context`: the context is full.
   */
  readonly end: "stop" | "length" | "context";
  /** The stop token's id or the stop string. */
  readonly stoppedBy?: number | string;
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
  const { maxTokens, stopStrings = [], decode, onText } = options;
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1))
    throw new UserError(`maxTokens ${maxTokens}: a whole number of 1 or more is expected`);
  const stopTokens = options.stopTokens ?? [model.config.eos_token_id ?? []].flat();
  if (!decode && (stopStrings.length > 0 || onText))
    throw new UserError("stop strings and text as it comes need `decode`, the tokenizer's way from ids to text");
  if (stopStrings.includes("")) throw new UserError("an empty stop string would end every completion at once");
  prompts.forEach((ids, prompt) => checkPrompt(ids, prompt, model.config.vocab_size));
  const drivers = prompts.map((_, prompt) => new CompletionDriver(prompts, prompt, { ...options, stopTokens }));
  const { sampling, logprobs, maxLength, rows, onProgress, signal } = options;
  const shared = { sampling, logprobs, maxLength, rows, onProgress, signal };
  await generate(model, drivers, { ...shared, stopTokens, maxTurnTokens: maxTokens });
  return drivers.map((driver) => driver.completion());
}

function checkPrompt(ids: readonly number[], prompt: number, vocabulary: number): void {
  if (ids.length === 0) throw new UserError(`prompt ${prompt} is empty: it must have at least one token`);
  const bad = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
  if (bad !== undefined)
    throw new UserError(`prompt ${prompt}: token ${bad} is outside the vocabulary of ${vocabulary}`);
}

type Options = CompleteOptions & Required<Pick<CompleteOptions, "stopTokens">>;

/** One prompt's row: one turn, in which it listens for its end. */
class CompletionDriver implements RowDriver {
  readonly #prompt: number;
  readonly #ids: readonly number[];
  readonly #options: Options;
  readonly #stream: TextStream | null;
  readonly #tokens: GeneratedToken[] = [];
  #constraint: Constraint | null = null;
  #text = "";
  #end: Pick<Completion, "end" | "stoppedBy"> | undefined;

  constructor(prompts: readonly (readonly number[])[], prompt: number, options: Options) {
    this.#prompt = prompt;
    this.#ids = prompts[prompt];
    this.#options = options;
    this.#stream = options.decode ? new TextStream(options.decode, options.stopStrings ?? []) : null;
  }

  start(): readonly number[] {
    return this.#ids;
  }

  constraint(): Constraint | null {
    this.#constraint = this.#options.constraint?.(this.#prompt) ?? null;
    return this.#constraint;
  }

  token(token: GeneratedToken): boolean {
    this.#tokens.push(token);
    this.#options.onToken?.(this.#prompt, token);
    this.#end = this.#endWith(token.id);
    if (this.#end) this.#say(this.#stream?.finish());
    return this.#end !== undefined;
  }

  turn(): null {
    return null;
  }

  end(reason: RowEnd): void {
    if (reason === "finished") return;
    this.#end = { end: "context" };
    this.#say(this.#stream?.finish());
  }

  completion(): Completion {
    const tokens = this.#tokens;
    const { logprobs } = this.#options;
    return {
      ids: tokens.map(({ id }) => id),
      ...(this.#stream ? { text: this.#text } : {}),
      ...(logprobs === undefined ? {} : { logprobs: tokens.map(({ logprob }) => logprob!) }),
      ...(logprobs === undefined ? {} : { alternatives: tokens.map(({ alternatives }) => alternatives!) }),
      ...this.#end!,
    };
  }

  /** The end that this token brings, if any. */
  #endWith(id: number): Pick<Completion, "end" | "stoppedBy"> | undefined {
    const { stopTokens, maxTokens } = this.#options;
    if (stopTokens.includes(id)) return { end: "stop", stoppedBy: id };
    this.#say(this.#stream?.push(id));
    if (this.#stream?.stoppedBy !== undefined) return { end: "stop", stoppedBy: this.#stream.stoppedBy };
    if (this.#constraint?.isDone) return { end: "stop" };
    return this.#tokens.length === maxTokens ? { end: "length" } : undefined;
  }

  #say(text = ""): void {
    if (text === "") return;
    this.#text += text;
    this.#options.onText?.(this.#prompt, text);
  }
}
