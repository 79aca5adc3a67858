import type OpenAI from "openai";
import {
  completionOf,
  type Answer,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
  type Completion,
  type TokenLogprobs,
} from "./chat-model.ts";
import { ModelError } from "./model-error.ts";
import { calling, lazyClient, modelError, type OpenAiOptions } from "./openai-client.ts";
import type { PromptFormat } from "./prompt-format.ts";
import { answerOfText, answerSchema } from "./text-answers.ts";
import { callIdOf } from "./tool-calls.ts";

export interface OpenAiCompletionsOptions extends OpenAiOptions {
  readonly format: PromptFormat;
}

/** A model behind `/v1/completions`, as AutoAct and KwaiAgents reach FastChat. A schema goes to vLLM's `structured_outputs`. */
export function openAiCompletionsModel(options: OpenAiCompletionsOptions): ChatModel {
  const { model, url, format, name = model } = options;
  const client = lazyClient(options);
  return {
    name,
    identity: { kind: "openai-completions", url, model, format: format.id },
    async chat(messages, chat = {}): Promise<Completion> {
      return calling(options, chat.signal, async (signal) => {
        const request = requestOf(model, messages, chat, format);
        const given = await (await client()).completions.create(request, { signal });
        if (!Array.isArray(given.choices) || given.choices.length === 0)
          throw new ModelError("answer", `${model} at ${url}: an answer without choices`);
        return completionOf(given.model, given.choices.map((choice, i) => answerOf(choice, chat, i)), usageOf(given)); // prettier-ignore
      });
    },
    async *stream(messages, chat = {}): AsyncGenerator<ChatDelta, Completion, undefined> {
      const choices: OpenAI.Completions.CompletionChoice[] = [];
      let last: OpenAI.Completion | undefined;
      try {
        const request = {
          ...requestOf(model, messages, chat, format),
          stream: true as const,
          stream_options: { include_usage: true },
        };
        for await (const chunk of await (await client()).completions.create(request, { signal: chat.signal })) {
          last = { ...chunk, usage: chunk.usage ?? last?.usage };
          for (const { index, text, finish_reason } of chunk.choices) {
            const whole = (choices[index]?.text ?? "") + text;
            choices[index] = {
              index,
              text: whole,
              logprobs: null,
              finish_reason: finish_reason ?? choices[index]?.finish_reason,
            };
            if (text !== "") yield { answer: index, text };
          }
        }
      } catch (error) {
        throw await modelError(error, options, chat.signal);
      }
      if (!last || choices.length === 0) throw new ModelError("answer", `${model} at ${url}: a stream without choices`);
      return completionOf(last.model, choices.map((choice, i) => answerOf(choice, chat, i)), usageOf(last)); // prettier-ignore
    },
  };
}

function requestOf(
  model: string,
  messages: readonly ChatMessage[],
  chat: ChatOptions,
  format: PromptFormat,
): OpenAI.CompletionCreateParamsNonStreaming {
  const { stop = [], seed, temperature, topP, maxTokens, logprobs, n } = chat;
  const schema = answerSchema(chat);
  const stops = [...stop, ...format.stop];
  return {
    model,
    prompt: format.render(messages, chat),
    ...(stops.length > 0 && { stop: stops }),
    ...(seed !== undefined && { seed }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(logprobs !== undefined && { logprobs }),
    ...(n !== undefined && { n }),
    ...(schema !== undefined && { structured_outputs: { json: schema } }),
  };
}

function answerOf(choice: OpenAI.Completions.CompletionChoice, chat: ChatOptions, i: number): Answer {
  const { text, finish_reason, logprobs } = choice;
  const callId = callIdOf(i, text);
  return answerOfText(text, finish_reason === "length" ? "length" : "stop", chat, logprobsOf(logprobs), callId);
}

function logprobsOf(given: OpenAI.Completions.CompletionChoice.Logprobs | null): TokenLogprobs[] | undefined {
  return given?.tokens?.map((text, i) => ({
    text,
    logprob: given.token_logprobs?.[i] ?? 0,
    alternatives: Object.entries(given.top_logprobs?.[i] ?? {})
      .map(([other, logprob]) => ({ text: other, logprob }))
      .sort((a, b) => b.logprob - a.logprob),
  }));
}

const usageOf = ({ usage }: OpenAI.Completion): Completion["usage"] =>
  usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : undefined;
