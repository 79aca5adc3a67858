import { UserError } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";
import type { TokenLogprob } from "./logprobs.ts";
import type { GeneratedToken, RowDriver, RowEnd } from "./row.ts";
import { TextStream } from "./text-stream.ts";
import type { TextReader } from "./token-text.ts";

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

export interface CompletionRules {
  readonly stopTokens: readonly number[];
  readonly maxTokens: number;
  /** Each ends the text; needs a reader. */
  readonly stopStrings?: readonly string[];
  /** Makes the text; without it there is none. Serves this completion alone. */
  readonly reader?: TextReader;
  readonly withLogprobs?: boolean;
  /** What may be said; null: anything. */
  readonly constraint?: () => Constraint | null;
  readonly onToken?: (token: GeneratedToken) => void;
  /** Sees the text as it becomes certain. */
  readonly onText?: (text: string) => void;
}

/** One prompt's row: one turn, in which it listens for its end. */
export class CompletionDriver implements RowDriver {
  readonly id: string | undefined;
  readonly #ids: readonly number[];
  readonly #rules: CompletionRules;
  readonly #stream: TextStream | null;
  readonly #tokens: GeneratedToken[] = [];
  #constraint: Constraint | null = null;
  #text = "";
  #end: Pick<Completion, "end" | "stoppedBy"> | undefined;

  /** @param id names the row's random numbers; default: its number among all */
  constructor(ids: readonly number[], rules: CompletionRules, id?: string) {
    const { reader, stopStrings = [] } = rules;
    if (stopStrings.includes("")) throw new UserError("an empty stop string would end every completion at once");
    this.id = id;
    this.#ids = ids;
    this.#rules = rules;
    this.#stream = reader ? new TextStream(reader, stopStrings) : null;
  }

  start(): readonly number[] {
    return this.#ids;
  }

  constraint(): Constraint | null {
    this.#constraint = this.#rules.constraint?.() ?? null;
    return this.#constraint;
  }

  token(token: GeneratedToken): boolean {
    this.#tokens.push(token);
    this.#rules.onToken?.(token);
    const end = this.#endWith(token.id);
    if (end) this.#finish(end);
    return this.#end !== undefined;
  }

  turn(): null {
    return null;
  }

  end(reason: RowEnd): void {
    if (reason === "context_limit") this.#finish({ end: "context" });
  }

  /** What came out; once the row has ended. */
  completion(): Completion {
    const tokens = this.#tokens;
    const { withLogprobs } = this.#rules;
    return {
      ids: tokens.map(({ id }) => id),
      ...(this.#stream ? { text: this.#text } : {}),
      ...(withLogprobs ? { logprobs: tokens.map(({ logprob }) => logprob!) } : {}),
      ...(withLogprobs ? { alternatives: tokens.map(({ alternatives }) => alternatives!) } : {}),
      ...this.#end!,
    };
  }

  /** The end that this token brings, if any. */
  #endWith(id: number): Pick<Completion, "end" | "stoppedBy"> | undefined {
    const { stopTokens, maxTokens } = this.#rules;
    if (stopTokens.includes(id)) return { end: "stop", stoppedBy: id };
    this.#say(this.#stream?.push(id));
    if (this.#stream?.stoppedBy !== undefined) return { end: "stop", stoppedBy: this.#stream.stoppedBy };
    if (this.#constraint?.isDone) return { end: "stop" };
    return this.#tokens.length === maxTokens ? { end: "length" } : undefined;
  }

  /** The text that the reader has held back may hold a stop string, too. */
  #finish(end: Pick<Completion, "end" | "stoppedBy">): void {
    const before = this.#stream?.stoppedBy;
    this.#say(this.#stream?.finish());
    const stoppedBy = this.#stream?.stoppedBy;
    this.#end = before === undefined && stoppedBy !== undefined ? { end: "stop", stoppedBy } : end;
  }

  #say(text = ""): void {
    if (text === "") return;
    this.#text += text;
    this.#rules.onText?.(text);
  }
}
