import { z } from "zod";
import type { Answer, ChatDelta, Completion, TokenAlternative, TokenLogprobs, Usage } from "../../llm/index.ts";
import type { Student } from "../../model/index.ts";
import type { ApiContext } from "./api-context.ts";
import { checkSupported, responseFormat, samplingFields, samplingOptions, schemaOf } from "./chat-request.ts";
import { usageBody } from "./chat-route.ts";

const ids = z.array(z.number().int().min(0)).min(1);

/** A request to `/v1/completions`; prompts are text, in which control tokens count as such, or token ids. */
export const completionRequest = z.looseObject({
  ...samplingFields,
  prompt: z.union([z.string().min(1), ids, z.array(z.string().min(1)).min(1).max(256), z.array(ids).min(1).max(256)]),
  logprobs: z.number().int().min(0).max(20).nullish(),
  response_format: responseFormat.nullish(),
  /** vLLM's way to say the same. */
  structured_outputs: z.looseObject({ json: z.record(z.string(), z.unknown()) }).nullish(),
});
type CompletionRequest = z.output<typeof completionRequest>;

/** OpenAI's default for plain completions. */
const MAX_TOKENS = 16;

/** `POST /v1/completions`: a body, or the events of a stream. */
export async function plainCompletion(api: ApiContext, request: CompletionRequest, raw: Request): Promise<Response> {
  checkSupported(request);
  const { name, student } = api.model(request.model);
  const prompts = promptsOf(request.prompt, student);
  const maxTokens = api.maxTokens(request.max_tokens ?? MAX_TOKENS, "max_tokens");
  const { logprobs } = request;
  const schema = request.structured_outputs?.json ?? schemaOf(request.response_format);
  const options = {
    ...samplingOptions(request),
    maxTokens,
    ...(logprobs != null && { logprobs }),
    ...(schema !== undefined && { schema }),
  };
  const n = options.n ?? 1;
  const head = { id: api.newId("cmpl"), object: "text_completion", created: api.seconds(), model: name };
  return api.answer(raw, n * prompts.length, async (signal) => {
    if (request.stream !== true) {
      const completions = await Promise.all(prompts.map((prompt) => student.continue(prompt, { ...options, signal })));
      const usage = sumOf(completions.map((completion) => completion.usage!));
      api.countTokens(name, usage);
      const choices = completions.flatMap(({ answers }, i) => answers.map((answer, k) => choice(n * i + k, answer)));
      return { ...head, choices, usage: usageBody(usage) };
    }
    const streams = prompts.map((prompt) => student.streamContinuation(prompt, { ...options, signal }));
    const firsts = await Promise.all(streams.map((stream) => stream.next()));
    const withUsage = request.stream_options?.include_usage === true;
    return completionEvents(api, { head, withUsage, n, firsts, streams });
  });
}

interface EventSource {
  readonly head: { readonly model: string };
  readonly withUsage: boolean;
  readonly n: number;
  readonly firsts: readonly IteratorResult<ChatDelta, Completion>[];
  readonly streams: readonly AsyncGenerator<ChatDelta, Completion, undefined>[];
}

/** The prompts one after the other; all are being continued meanwhile. */
async function* completionEvents(
  api: ApiContext,
  { head, withUsage, n, firsts, streams }: EventSource,
): AsyncGenerator<string, void, undefined> {
  const chunk = (choices: readonly unknown[], usage?: unknown): string =>
    JSON.stringify({ ...head, choices, ...(withUsage && { usage: usage ?? null }) });
  const usages: Usage[] = [];
  for (const [prompt, stream] of streams.entries()) {
    let step = firsts[prompt];
    for (; !step.done; step = await stream.next()) {
      const { answer, text = "", logprobs } = step.value;
      yield chunk([choice(n * prompt + answer, { text, logprobs })]);
    }
    usages.push(step.value.usage!);
    for (const [answer, { end, stoppedBy }] of step.value.answers.entries())
      yield chunk([choice(n * prompt + answer, { text: "", end, stoppedBy })]);
  }
  const usage = sumOf(usages);
  api.countTokens(head.model, usage);
  if (withUsage) yield chunk([], usageBody(usage));
  yield "[DONE]";
}

function promptsOf(prompt: CompletionRequest["prompt"], student: Student): (readonly number[])[] {
  if (typeof prompt === "string") return [student.encode(prompt)];
  if (typeof prompt[0] === "number") return [prompt as number[]];
  return (prompt as (string | number[])[]).map((one) => (typeof one === "string" ? student.encode(one) : one));
}

const choice = (index: number, { text, logprobs, end, stoppedBy }: Partial<Answer>): unknown => ({
  index,
  text,
  logprobs: logprobs ? logprobsBody(logprobs) : null,
  finish_reason: end ?? null,
  stop_reason: stoppedBy ?? null,
});

function logprobsBody(tokens: readonly TokenLogprobs[]): unknown {
  let offset = 0;
  const offsets = tokens.map(({ text }) => (offset += text.length) - text.length);
  return {
    tokens: tokens.map(({ text }) => text),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ alternatives }) =>
      Object.fromEntries(alternatives.map((token) => [keyOf(token), token.logprob])),
    ),
    text_offset: offsets,
  };
}

/** Half characters all have the same text; they are told apart as in vLLM. */
const keyOf = ({ text, id }: TokenAlternative): string => (text.includes("\uFFFD") ? `token_id:${id}` : text);

const sumOf = (usages: readonly Usage[]): Usage => ({
  promptTokens: usages.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
  completionTokens: usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
});
