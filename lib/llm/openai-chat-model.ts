import type OpenAI from "openai";
import {
  completionOf,
  type Answer,
  type AnswerEnd,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
  type Completion,
  type TokenLogprobs,
  type ToolCall,
  type Usage,
} from "./chat-model.ts";
import { ModelError } from "./model-error.ts";
import { calling, lazyClient, modelError, type OpenAiOptions } from "./openai-client.ts";
import { checkTools } from "./tool-calls.ts";

/** A model behind `/v1/chat/completions`: OpenAI's own, vLLM, SGLang, llama.cpp, FastChat, TGI, our server. */
export function openAiChatModel(options: OpenAiOptions): ChatModel {
  const { model, url, name = model } = options;
  const client = lazyClient(options);
  return {
    name,
    identity: { kind: "openai-chat", url, model },
    async chat(messages, chat = {}): Promise<Completion> {
      checkTools(chat);
      return calling(options, chat.signal, async (signal) => {
        const api = (await client()).chat.completions;
        const given = await api.create(requestOf(model, messages, chat), { signal });
        if (!Array.isArray(given.choices) || given.choices.length === 0)
          throw new ModelError("answer", `${model} at ${url}: an answer without choices`);
        const answers = given.choices.map(answerOf);
        return completionOf(given.model, answers, usageOf(given.usage));
      });
    },
    async *stream(messages, chat = {}): AsyncGenerator<ChatDelta, Completion, undefined> {
      checkTools(chat);
      const parts = new StreamedAnswers(chat);
      try {
        const api = (await client()).chat.completions;
        const request = {
          ...requestOf(model, messages, chat),
          stream: true as const,
          stream_options: { include_usage: true },
        };
        for await (const chunk of await api.create(request, { signal: chat.signal })) yield* parts.take(chunk);
      } catch (error) {
        throw await modelError(error, options, chat.signal);
      }
      return parts.completion(model);
    },
  };
}

function requestOf(
  model: string,
  messages: readonly ChatMessage[],
  chat: ChatOptions,
): OpenAI.Chat.ChatCompletionCreateParamsNonStreaming {
  const { stop, schema, seed, temperature, topP, maxTokens, logprobs, tools = [], toolChoice, n } = chat;
  return {
    model,
    messages: messages.map(messageOf),
    ...(stop && stop.length > 0 && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(logprobs !== undefined && { logprobs: true, ...(logprobs > 0 && { top_logprobs: logprobs }) }),
    ...(n !== undefined && { n }),
    ...(schema !== undefined && { response_format: responseFormat(schema) }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function" as const,
        function: { name, description, parameters: parameters as Record<string, unknown> | undefined },
      })),
    }),
    ...(toolChoice !== undefined &&
      tools.length > 0 && {
        tool_choice:
          typeof toolChoice === "string"
            ? toolChoice
            : { type: "function" as const, function: { name: toolChoice.name } },
      }),
  };
}

function responseFormat(
  schema: NonNullable<ChatOptions["schema"]>,
): OpenAI.ResponseFormatJSONSchema | OpenAI.ResponseFormatJSONObject {
  const named = typeof schema === "boolean" ? {} : (schema as Record<string, unknown>);
  if (Object.keys(named).length === 1 && named.type === "object") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: "answer", schema: named, strict: true } };
}

function messageOf(message: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  const { role, content } = message;
  if (role === "tool") return { role, content, tool_call_id: message.toolCallId };
  if (role !== "assistant" || !message.toolCalls) return { role, content } as OpenAI.Chat.ChatCompletionMessageParam;
  const tool_calls = message.toolCalls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: given },
  }));
  return { role, content: content === "" ? null : content, tool_calls };
}

function answerOf({ message, finish_reason, logprobs }: OpenAI.Chat.ChatCompletion.Choice): Answer {
  const toolCalls = (message.tool_calls ?? []).flatMap((call): ToolCall[] =>
    call.type === "function" ? [{ id: call.id, ...call.function }] : [],
  );
  return {
    text: message.content ?? "",
    toolCalls,
    end: endOf(finish_reason, toolCalls.length > 0),
    ...(logprobs?.content && { logprobs: logprobs.content.map(tokenOf) }),
  };
}

const endOf = (reason: string | null, hasCalls: boolean): AnswerEnd => {
  if (hasCalls) return "tool_calls"; // with a forced call OpenAI says `stop`
  return reason === "length" || reason === "content_filter" ? reason : "stop";
};

const tokenOf = ({ token, logprob, top_logprobs }: OpenAI.Chat.ChatCompletionTokenLogprob): TokenLogprobs => ({
  text: token,
  logprob,
  alternatives: top_logprobs.map((other) => ({ text: other.token, logprob: other.logprob })),
});

const usageOf = (usage: OpenAI.CompletionUsage | null | undefined): Usage | undefined =>
  usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : undefined;

/** Puts the pieces of a stream together. */
class StreamedAnswers {
  readonly #answers = new Map<
    number,
    { text: string; calls: ToolCall[]; reason: string | null; logprobs: TokenLogprobs[] }
  >();
  readonly #options: ChatOptions;
  #model: string | undefined;
  #usage: Usage | undefined;

  constructor(options: ChatOptions) {
    this.#options = options;
  }

  *take({ choices, usage, model }: OpenAI.Chat.ChatCompletionChunk): Generator<ChatDelta, void> {
    this.#usage = usageOf(usage) ?? this.#usage;
    this.#model = model;
    for (const { index, delta, finish_reason, logprobs } of choices) {
      const answer = this.#answers.get(index) ?? { text: "", calls: [], reason: null, logprobs: [] };
      this.#answers.set(index, answer);
      answer.reason = finish_reason ?? answer.reason;
      const tokens = (logprobs?.content ?? []).map(tokenOf);
      answer.logprobs.push(...tokens);
      answer.text += delta.content ?? "";
      if (delta.content || tokens.length > 0)
        yield {
          answer: index,
          ...(delta.content && { text: delta.content }),
          ...(tokens.length > 0 && { logprobs: tokens }),
        };
      for (const piece of delta.tool_calls ?? []) {
        const call = answer.calls[piece.index] ?? { id: "", name: "", arguments: "" };
        const { id = "", function: { name = "", arguments: given = "" } = {} } = piece;
        answer.calls[piece.index] = { id: call.id || id, name: call.name || name, arguments: call.arguments + given };
        yield {
          answer: index,
          toolCall: { index: piece.index, ...(id && { id }), ...(name && { name }), arguments: given },
        };
      }
    }
  }

  completion(model: string): Completion {
    const inOrder = [...this.#answers].sort(([a], [b]) => a - b);
    if (inOrder.length === 0) throw new ModelError("answer", `${model}: a stream without choices`);
    const answers = inOrder.map(([, { text, calls, reason, logprobs }]): Answer => {
      const end = endOf(reason, calls.length > 0);
      return { text, toolCalls: calls, end, ...(this.#options.logprobs !== undefined && { logprobs }) };
    });
    return completionOf(this.#model ?? model, answers, this.#usage);
  }
}
