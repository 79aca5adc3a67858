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
  type TokenLogprobs,
} from "./chat-model.ts";
import { postForEvents, postJson, type HttpOptions } from "./json-http.ts";
import { jsonGrammar } from "./json-schema/index.ts";
import type { PromptFormat } from "./prompt-format.ts";
import { answerOfText, answerSchema, read } from "./text-answers.ts";
import { callIdOf } from "./tool-calls.ts";

export interface LlamaCppOptions extends HttpOptions {
  readonly name: string;
  readonly format: PromptFormat;
  /** How schemas are written as grammars. Default `gbnf`, strict; `bot-with-plan` to repeat its runs. */
  readonly grammar?: "gbnf" | "bot-with-plan";
}

const probability = z.object({ id: z.number().optional(), token: z.string(), logprob: z.number() });
const reply = z.object({
  content: z.string(),
  stop: z.boolean().optional(),
  /** `eos`, `word` or `limit`; older servers have flags. */
  stop_type: z.string().optional(),
  stopped_limit: z.boolean().optional(),
  tokens_evaluated: z.number().optional(),
  tokens_predicted: z.number().optional(),
  completion_probabilities: z.array(probability.extend({ top_logprobs: z.array(probability).optional() })).optional(),
});
type Reply = z.output<typeof reply>;

/**
 * The llama.cpp server's own `/completion`, with a GBNF grammar made of the schema, as bot-with-plan calls it. `n` answers
 * are `n` calls with the seeds that follow each other.
 */
export function llamaCppModel(options: LlamaCppOptions): ChatModel {
  const { name, url, format, grammar } = options;
  return {
    name,
    identity: { kind: "llama.cpp", url, format: format.id, ...(grammar !== undefined && { grammar }) },
    async chat(messages, chat = {}): Promise<Completion> {
      const replies = await Promise.all(
        Array.from({ length: chat.n ?? 1 }, async (_, i) =>
          read(
            reply,
            await postJson(options, "/completion", requestBody(messages, chat, options, i, false), chat.signal),
            url,
          ),
        ),
      );
      return completionOfReplies(name, replies, chat);
    },
    async *stream(messages, chat = {}): AsyncGenerator<ChatDelta, Completion, undefined> {
      if ((chat.n ?? 1) > 1) throw new UserError(`${name}: several answers at once cannot be streamed`);
      const body = requestBody(messages, chat, options, 0, true);
      let text = "";
      let last: Reply = { content: "" };
      const probabilities: NonNullable<Reply["completion_probabilities"]> = [];
      for await (const value of postForEvents(options, "/completion", body, chat.signal)) {
        last = read(reply, value, url);
        probabilities.push(...(last.completion_probabilities ?? []));
        text += last.content;
        if (last.content !== "") yield { answer: 0, text: last.content };
      }
      return completionOfReplies(name, [{ ...last, content: text, completion_probabilities: probabilities }], chat);
    },
  };
}

function requestBody(
  messages: readonly ChatMessage[],
  chat: ChatOptions,
  { format, grammar = "gbnf" }: LlamaCppOptions,
  i: number,
  stream: boolean,
): unknown {
  const { temperature, topP, seed, maxTokens, logprobs, stop = [] } = chat;
  const schema = answerSchema(chat);
  return {
    prompt: format.render(messages, chat),
    stream,
    cache_prompt: true,
    stop: [...stop, ...format.stop],
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(seed !== undefined && { seed: seed + i }),
    ...(maxTokens !== undefined && { n_predict: maxTokens }),
    ...(logprobs !== undefined && { n_probs: Math.max(1, logprobs) }),
    ...(schema !== undefined && { grammar: jsonGrammar(schema, grammar) }),
  };
}

function completionOfReplies(name: string, replies: readonly Reply[], chat: ChatOptions): Completion {
  const answers = replies.map((given, i): Answer => {
    const isCut = given.stop_type === "limit" || given.stopped_limit === true;
    const callId = callIdOf(i, given.content);
    return answerOfText(given.content, isCut ? "length" : "stop", chat, logprobsOf(given, chat), callId);
  });
  const sum = (of: (given: Reply) => number | undefined): number =>
    replies.reduce((all, one) => all + (of(one) ?? 0), 0);
  const known = replies.every((one) => one.tokens_evaluated !== undefined && one.tokens_predicted !== undefined);
  const usage = {
    promptTokens: sum((one) => one.tokens_evaluated),
    completionTokens: sum((one) => one.tokens_predicted),
  };
  return completionOf(name, answers, known ? usage : undefined);
}

function logprobsOf(
  { completion_probabilities: given }: Reply,
  { logprobs }: ChatOptions,
): TokenLogprobs[] | undefined {
  if (logprobs === undefined) return undefined;
  return (given ?? []).map(({ token, top_logprobs = [], ...rest }) => ({
    ...rest,
    text: token,
    alternatives: top_logprobs.slice(0, logprobs).map(({ token: text, ...other }) => ({ ...other, text })),
  }));
}
