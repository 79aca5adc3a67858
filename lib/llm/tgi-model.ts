import { z } from "zod";
import { UserError } from "../base/index.ts";
import {
  completionOf,
  type Answer,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
  type Completion,
} from "./chat-model.ts";
import { postForEvents, postJson, type HttpOptions } from "./json-http.ts";
import type { PromptFormat } from "./prompt-format.ts";
import { answerOfText, answerSchema, read } from "./text-answers.ts";
import { callIdOf } from "./tool-calls.ts";

export interface TgiOptions extends HttpOptions {
  readonly name: string;
  readonly format: PromptFormat;
}

const token = z.object({ id: z.number().optional(), text: z.string(), logprob: z.number().nullish() });
const details = z.object({
  finish_reason: z.string(),
  generated_tokens: z.number(),
  tokens: z.array(token).optional(),
  input_length: z.number().optional(),
});
const wholeAnswer = z.object({ generated_text: z.string(), details: details.nullish() });
const event = z.object({
  token: token.nullish(),
  generated_text: z.string().nullish(),
  details: details.nullish(),
});

/**
 * Text-generation-inference's `/generate` and `/generate_stream`, as AgentTuning's evaluation calls them. `n` answers are
 * `n` calls with the seeds that follow each other.
 */
export function tgiModel(options: TgiOptions): ChatModel {
  const { name, url, format } = options;
  const answer = async (messages: readonly ChatMessage[], chat: ChatOptions, i: number): Promise<Part> => {
    const body = requestBody(messages, chat, format, i);
    const given = read(wholeAnswer, await postJson(options, "/generate", body, chat.signal), url);
    return partOf(given.generated_text, given.details, chat, i, format);
  };
  return {
    name,
    identity: { kind: "tgi", url, format: format.id },
    async chat(messages, chat = {}): Promise<Completion> {
      const parts = await Promise.all(Array.from({ length: chat.n ?? 1 }, (_, i) => answer(messages, chat, i)));
      return completionOfParts(name, parts);
    },
    async *stream(messages, chat = {}): AsyncGenerator<ChatDelta, Completion, undefined> {
      if ((chat.n ?? 1) > 1) throw new UserError(`${name}: several answers at once cannot be streamed`);
      const body = requestBody(messages, chat, format, 0);
      let last: z.output<typeof event> = {};
      for await (const value of postForEvents(options, "/generate_stream", body, chat.signal)) {
        last = read(event, value, url);
        const isEnd = last.details?.finish_reason === "eos_token" && last.generated_text != null;
        if (last.token && !isEnd) yield { answer: 0, text: last.token.text };
      }
      return completionOfParts(name, [partOf(last.generated_text ?? "", last.details, chat, 0, format)]);
    },
  };
}

interface Part {
  readonly answer: Answer;
  readonly prompt: number | undefined;
  readonly tokens: number | undefined;
}

function requestBody(messages: readonly ChatMessage[], chat: ChatOptions, format: PromptFormat, i: number): unknown {
  const { temperature, topP, seed, maxTokens, stop = [] } = chat;
  const schema = answerSchema(chat);
  const draws = temperature !== 0;
  return {
    inputs: format.render(messages, chat),
    parameters: {
      do_sample: draws,
      details: true,
      stop: [...stop, ...format.stop],
      ...(draws && temperature !== undefined && { temperature }),
      ...(draws && topP !== undefined && topP < 1 && { top_p: topP }), // TGI refuses 1
      ...(seed !== undefined && { seed: seed + i }),
      ...(maxTokens !== undefined && { max_new_tokens: maxTokens }),
      ...(schema !== undefined && { grammar: { type: "json", value: schema } }),
    },
  };
}

function partOf(
  text: string,
  given: z.output<typeof details> | null | undefined,
  chat: ChatOptions,
  i: number,
  format: PromptFormat,
): Part {
  const stop = [...(chat.stop ?? []), ...format.stop].find((string) => text.endsWith(string));
  const said = stop === undefined ? text : text.slice(0, -stop.length); // TGI leaves stop strings in the text
  const logprobs = given?.tokens?.map((one) => ({ ...one, logprob: one.logprob ?? 0, alternatives: [] }));
  const end = given?.finish_reason === "length" ? "length" : "stop";
  const callId = callIdOf(i, text);
  const answer = answerOfText(said, end, chat, chat.logprobs === undefined ? undefined : logprobs, callId);
  return { answer, prompt: given?.input_length, tokens: given?.generated_tokens };
}

/** Usage is known only where the server says how long the prompt was; plain `/generate` does not. */
function completionOfParts(name: string, parts: readonly Part[]): Completion {
  const [{ prompt }] = parts;
  const completionTokens = parts.reduce((sum, { tokens = 0 }) => sum + tokens, 0);
  const usage = prompt === undefined ? undefined : { promptTokens: prompt, completionTokens };
  return completionOf(name, parts.map(({ answer }) => answer), usage); // prettier-ignore
}
