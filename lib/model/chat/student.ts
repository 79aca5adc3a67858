import { UserError } from "../../base/index.ts";
import {
  callIdOf,
  checkTools,
  completionOf,
  forcedCallSchema,
  type Answer,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
  type Completion,
  type JsonSchema,
} from "../../llm/index.ts";
import type { Constraint } from "../constraint.ts";
import type { Engine } from "../engine.ts";
import { JsonCompiler } from "../json/index.ts";
import { checkSampling, type Sampling } from "../sampling.ts";
import type { TextReader } from "../token-text.ts";
import { AnswerListener, type OnDelta } from "./answer-listener.ts";
import { Channel } from "./channel.ts";
import type { ChatFormat, Question } from "./chat-format.ts";
import { GrammarPool } from "./grammar-pool.ts";

export interface StudentOptions {
  readonly name: string;
  readonly engine: Engine;
  readonly format: ChatFormat;
  /** Each ends an answer. */
  readonly stopTokens: readonly number[];
  /** Longest prompt and answer together. */
  readonly context: number;
  /** Where a request does not say; 0 by default: the best token each time. */
  readonly temperature?: number;
  /** Of requests without a seed of their own; each draws from another stream. */
  readonly seed: number | string;
  /** See `ChatModel.identity`; the weights' hash, for example. */
  readonly identity?: Readonly<Record<string, unknown>>;
}

/** The prompt leaves no room for an answer. */
export class PromptTooLong extends UserError {}

/** The model in this process as a chat model. Requests that come while others are answered are answered beside them. */
export class Student implements ChatModel {
  readonly name: string;
  readonly identity: Readonly<Record<string, unknown>>;
  readonly #options: StudentOptions;
  readonly #compiler: JsonCompiler;
  readonly #grammars: GrammarPool;
  #requests = 0;

  private constructor(options: StudentOptions, compiler: JsonCompiler) {
    this.name = options.name;
    this.identity = { kind: "student", template: options.format.template.hash, ...options.identity };
    this.#options = options;
    this.#compiler = compiler;
    this.#grammars = new GrammarPool(compiler);
  }

  /** The engine stays the caller's to close. */
  static async create(options: StudentOptions): Promise<Student> {
    return new Student(options, await JsonCompiler.create(options.format.tokenizer, options.stopTokens));
  }

  /** Whether the last message is the beginning of a turn, and the answer what follows it; else the model speaks anew. */
  continues(messages: readonly ChatMessage[]): boolean {
    return this.#options.format.open(messages) !== null;
  }

  /** Tokens of a text in which control tokens count as such. */
  encode(text: string): number[] {
    return this.#options.format.tokenizer.encodeMarked(text);
  }

  chat(messages: readonly ChatMessage[], options: ChatOptions = {}): Promise<Completion> {
    return this.#chat(messages, options, () => undefined);
  }

  stream(messages: readonly ChatMessage[], options: ChatOptions = {}): Channel<ChatDelta, Completion> {
    return new Channel((put, signal) => this.#chat(messages, { ...options, signal }, put), options.signal);
  }

  /** Continues token ids as they stand; control tokens are part of the text. */
  continue(ids: readonly number[], options: ChatOptions = {}): Promise<Completion> {
    return this.#continue(ids, options, () => undefined);
  }

  streamContinuation(ids: readonly number[], options: ChatOptions = {}): Channel<ChatDelta, Completion> {
    return new Channel((put, signal) => this.#continue(ids, { ...options, signal }, put), options.signal);
  }

  /** Frees what JSON schemas need. */
  async dispose(): Promise<void> {
    await this.#compiler.dispose();
  }

  async #chat(messages: readonly ChatMessage[], options: ChatOptions, onDelta: OnDelta): Promise<Completion> {
    if (messages.length === 0) throw new UserError("messages: at least one is expected");
    checkTools(options);
    const { format } = this.#options;
    const question = format.question(messages, options);
    const schema = forcedCallSchema(options) ?? options.schema;
    if (schema === undefined) return this.#answers(question, options, onDelta);
    return this.#inGrammar(schema, question.ids, options, onDelta);
  }

  async #continue(ids: readonly number[], options: ChatOptions, onDelta: OnDelta): Promise<Completion> {
    const { schema } = options;
    if (schema !== undefined) return this.#inGrammar(schema, ids, options, onDelta);
    return this.#answers({ ids, reader: () => this.#options.format.plainReader() }, options, onDelta);
  }

  #inGrammar(schema: JsonSchema, ids: readonly number[], options: ChatOptions, onDelta: OnDelta): Promise<Completion> {
    const reader = (): TextReader => this.#options.format.plainReader();
    return this.#grammars.lend(schema, (grammar) =>
      this.#answers({ ids, reader, constraint: () => grammar.constraint() }, options, onDelta),
    );
  }

  async #answers(question: Question, options: ChatOptions, onDelta: OnDelta): Promise<Completion> {
    const { ids, reader, constraint } = question;
    const { context, name } = this.#options;
    const { n = 1 } = options;
    if (!(Number.isInteger(n) && n >= 1)) throw new UserError(`n ${n}: a whole number of 1 or more is expected`);
    if (ids.length >= context)
      throw new PromptTooLong(`the prompt has ${ids.length} tokens, which leaves no room in the context of ${context}`);
    const maxTokens = options.maxTokens ?? context - ids.length;
    const request = this.#requests++;
    const sampling = this.#sampling(options, request);
    const results = await allOf(
      Array.from({ length: n }, (_, answer) => {
        const callId = callIdOf(name, request, answer);
        const { stopTokens, format } = this.#options;
        const listener = new AnswerListener({ answer, options, stopTokens, format, callId, onDelta });
        return this.#answer(listener, { ids, maxTokens, sampling, reader: reader(), constraint, options, answer });
      }),
    );
    const completionTokens = results.reduce((sum, { tokens }) => sum + tokens, 0);
    const answers = results.map((result) => result.answer);
    return completionOf(name, answers, { promptTokens: ids.length, completionTokens });
  }

  async #answer(
    listener: AnswerListener,
    row: {
      readonly ids: readonly number[];
      readonly maxTokens: number;
      readonly sampling: Sampling;
      readonly reader: TextReader;
      readonly constraint: (() => Constraint) | undefined;
      readonly options: ChatOptions;
      readonly answer: number;
    },
  ): Promise<{ answer: Answer; tokens: number }> {
    const { options, answer, ...rest } = row;
    const completion = await this.#options.engine.complete({
      ...rest,
      stopTokens: this.#options.stopTokens,
      stopStrings: options.stop,
      logprobs: options.logprobs,
      stream: answer,
      signal: options.signal,
      onToken: (token) => listener.token(token),
      onText: (text) => listener.text(text),
    });
    const { end, stoppedBy, ids } = completion;
    const given = listener.finish(end === "stop" ? "stop" : "length");
    return {
      answer: typeof stoppedBy === "string" ? { ...given, stoppedBy } : given,
      tokens: ids.length,
    };
  }

  #sampling({ temperature = this.#options.temperature ?? 0, topP, seed }: ChatOptions, request: number): Sampling {
    const sampling = { temperature, topP, seed: seed ?? `${this.#options.seed}/${request}` };
    checkSampling(sampling);
    return sampling;
  }
}

/** All results, or the first error, but not before every one has settled: what they share may be freed then. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
