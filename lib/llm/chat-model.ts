import type { JsonSchema } from "./json-schema/index.ts";

/** A call of a tool, as a model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. A model may write what is no JSON: check before use. */
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string };

/** A function that the model may ask for. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments, an object; absent: no arguments. */
  readonly parameters?: JsonSchema;
}

/** Whether tools may be called (`auto`), must not (`none`), must (`required`), or which one must. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export interface ChatOptions {
  /** Each ends the answer and is not part of it. */
  readonly stop?: readonly string[];
  /** The answer is JSON that follows this schema. */
  readonly schema?: JsonSchema;
  /** Equal requests with equal seeds get equal answers, where the server keeps that promise. */
  readonly seed?: number;
  /** 0: the best token each time. Absent: the model's own default. */
  readonly temperature?: number;
  readonly topP?: number;
  /** Most tokens of an answer. */
  readonly maxTokens?: number;
  /** Asks for log-probabilities, and for those of so many of the most probable tokens at each place. */
  readonly logprobs?: number;
  readonly tools?: readonly Tool[];
  /** Default: `auto` where there are tools. */
  readonly toolChoice?: ToolChoice;
  /** Answers to the same messages, 1 by default. */
  readonly n?: number;
  /** Once aborted, the call is given up. */
  readonly signal?: AbortSignal;
}

export interface TokenAlternative {
  readonly text: string;
  /** In the model's vocabulary, where known. */
  readonly id?: number;
  /** Natural logarithm. */
  readonly logprob: number;
}

/** A token of an answer with the most probable tokens at its place, best first. */
export interface TokenLogprobs extends TokenAlternative {
  readonly alternatives: readonly TokenAlternative[];
}

export type AnswerEnd = "stop" | "length" | "tool_calls" | "content_filter";

export interface Answer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** `length`: cut, so that JSON may be half an object. */
  readonly end: AnswerEnd;
  /** Which of `stop` ended it, where that is said. */
  readonly stoppedBy?: string;
  /** Where asked for. */
  readonly logprobs?: readonly TokenLogprobs[];
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What a model answers: the first answer, and all `n` of them. */
export interface Completion extends Answer {
  /** Who answered, in the server's words. */
  readonly model: string;
  readonly answers: readonly Answer[];
  /** Absent where the server does not say. */
  readonly usage?: Usage;
}

/** A piece of an answer, while it is being made. */
export interface ChatDelta {
  /** Number of the answer, below `n`. */
  readonly answer: number;
  readonly text?: string;
  /** A piece of call number `index`; the pieces of `arguments` follow each other. */
  readonly toolCall?: {
    readonly index: number;
    readonly id?: string;
    readonly name?: string;
    readonly arguments: string;
  };
  readonly logprobs?: readonly TokenLogprobs[];
}

/** The one port to chat models: servers, scripted stand-ins and the student in this process look alike behind it. */
export interface ChatModel {
  /** Named in results; scripted models begin with `scripted`. */
  readonly name: string;
  /** Everything beside messages and options that decides an answer (address, model, prompt format); part of cache keys. */
  readonly identity: Readonly<Record<string, unknown>>;
  chat(messages: readonly ChatMessage[], options?: ChatOptions): Promise<Completion>;
  /** The same in pieces, as they come; returns what `chat` would. Ending the loop early gives the call up. */
  stream(messages: readonly ChatMessage[], options?: ChatOptions): AsyncGenerator<ChatDelta, Completion, undefined>;
}

/** A completion of these answers, of which there must be one. */
export function completionOf(model: string, answers: readonly Answer[], usage?: Usage): Completion {
  return { ...answers[0], model, answers, ...(usage && { usage }) };
}

/** All deltas of a stream are left out; its completion is returned. */
export async function finished(stream: AsyncGenerator<ChatDelta, Completion, undefined>): Promise<Completion> {
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return value;
  }
}
