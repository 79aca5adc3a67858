import { readToolCall, type Answer, type ChatDelta, type ChatOptions, type TokenLogprobs } from "../../llm/index.ts";
import type { GeneratedToken } from "../row.ts";
import type { ChatFormat } from "./chat-format.ts";

export type OnDelta = (delta: ChatDelta) => void;

export interface ListenedRow {
  /** Number of the answer. */
  readonly answer: number;
  readonly options: ChatOptions;
  readonly stopTokens: readonly number[];
  readonly format: ChatFormat;
  /** For the tool call that the answer may be. */
  readonly callId: string;
  readonly onDelta: OnDelta;
}

/** Makes deltas, and in the end the answer, of one row's tokens and text. */
export class AnswerListener {
  readonly #row: ListenedRow;
  readonly #logprobs: TokenLogprobs[] = [];
  #sentLogprobs = 0;
  #text = "";
  #sentText = 0;

  constructor(row: ListenedRow) {
    this.#row = row;
  }

  token({ id, logprob, alternatives = [] }: GeneratedToken): void {
    if (logprob === undefined || this.#row.stopTokens.includes(id)) return;
    const textOf = (token: number): string => this.#row.format.tokenizer.tokenText(token);
    this.#logprobs.push({
      id,
      text: textOf(id),
      logprob,
      alternatives: alternatives.map((other) => ({ ...other, text: textOf(other.id) })),
    });
  }

  text(text: string): void {
    this.#text += text;
    if (!this.#mayBeCall()) this.#send();
  }

  finish(end: "stop" | "length"): Answer {
    const call = readToolCall(this.#text, this.#row.options, this.#row.callId);
    const logprobs = this.#row.options.logprobs === undefined ? {} : { logprobs: this.#logprobs };
    if (call) {
      this.#row.onDelta({ answer: this.#row.answer, toolCall: { index: 0, ...call } });
      return { text: "", toolCalls: [call], end: "tool_calls", ...logprobs };
    }
    this.#send();
    return { text: this.#text, toolCalls: [], end, ...logprobs };
  }

  /** Whether the answer may turn out to be a tool call, so that it must not be given out as text. */
  #mayBeCall(): boolean {
    const { tools = [], toolChoice, schema } = this.#row.options;
    if (tools.length === 0 || toolChoice === "none" || (schema !== undefined && toolChoice === undefined)) return false;
    return /^\s*(\{|$)/.test(this.#text);
  }

  #send(): void {
    const text = this.#text.slice(this.#sentText);
    const logprobs = this.#logprobs.slice(this.#sentLogprobs);
    if (text === "" && logprobs.length === 0) return;
    this.#sentText = this.#text.length;
    this.#sentLogprobs = this.#logprobs.length;
    this.#row.onDelta({
      answer: this.#row.answer,
      ...(text !== "" && { text }),
      ...(logprobs.length > 0 && { logprobs }),
    });
  }
}
