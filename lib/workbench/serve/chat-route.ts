import type { Answer, ChatDelta, Completion, TokenLogprobs, ToolCall, Usage } from "../../llm/index.ts";
import type { ApiContext } from "./api-context.ts";
import { ApiError } from "./api-error.ts";
import { chatOptions, checkSupported, messagesOf, type ChatRequest } from "./chat-request.ts";

/** `POST /v1/chat/completions`: a body, or the events of a stream. */
export async function chatCompletion(api: ApiContext, request: ChatRequest, raw: Request): Promise<Response> {
  checkSupported(request);
  const { name, student } = api.model(request.model);
  const messages = messagesOf(request);
  if (request.continue_final_message === true && !student.continues(messages))
    throw new ApiError(400, `${name} goes on only from the beginning of a turn: knowledge, "Thought:", or both`, {
      param: "continue_final_message",
    });
  const asked = chatOptions(request);
  const param = request.max_completion_tokens == null ? "max_tokens" : "max_completion_tokens";
  const options = { ...asked, maxTokens: api.maxTokens(asked.maxTokens, param) };
  const head = { id: api.newId("chatcmpl"), created: api.seconds(), model: name };
  return api.answer(raw, options.n ?? 1, async (signal) => {
    if (request.stream !== true) {
      const completion = await student.chat(messages, { ...options, signal });
      api.countTokens(name, completion.usage!);
      return chatBody(head, completion);
    }
    const stream = student.stream(messages, { ...options, signal });
    const first = await stream.next(); // what cannot be is an HTTP status, not an event
    return chatEvents(
      api,
      { head, withUsage: request.stream_options?.include_usage === true, n: options.n ?? 1 },
      first,
      stream,
    );
  });
}

interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

const chatBody = (head: Head, { answers, usage }: Completion): unknown => ({
  ...head,
  object: "chat.completion",
  choices: answers.map((answer, index) => ({
    index,
    message: {
      role: "assistant",
      content: answer.toolCalls.length > 0 && answer.text === "" ? null : answer.text,
      refusal: null,
      ...(answer.toolCalls.length > 0 && { tool_calls: answer.toolCalls.map(toolCallBody) }),
    },
    logprobs: answer.logprobs ? logprobsBody(answer.logprobs) : null,
    finish_reason: answer.end satisfies Answer["end"],
    stop_reason: answer.stoppedBy ?? null,
  })),
  usage: usageBody(usage!),
});

async function* chatEvents(
  api: ApiContext,
  { head, withUsage, n }: { readonly head: Head; readonly withUsage: boolean; readonly n: number },
  first: IteratorResult<ChatDelta, Completion>,
  stream: AsyncGenerator<ChatDelta, Completion, undefined>,
): AsyncGenerator<string, void, undefined> {
  const chunk = (choices: readonly unknown[], usage?: unknown): string =>
    JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...(withUsage && { usage: usage ?? null }) });
  for (let index = 0; index < n; index++)
    yield chunk([{ index, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }]);
  let step = first;
  for (; !step.done; step = await stream.next()) {
    const { answer, text, toolCall, logprobs } = step.value;
    const delta = {
      ...(text !== undefined && { content: text }),
      ...(toolCall && { tool_calls: [{ index: toolCall.index, ...toolCallBody(toolCall as ToolCall) }] }),
    };
    yield chunk([{ index: answer, delta, logprobs: logprobs ? logprobsBody(logprobs) : null, finish_reason: null }]);
  }
  const { answers, usage } = step.value;
  for (const [index, { end, stoppedBy = null }] of answers.entries())
    yield chunk([{ index, delta: {}, logprobs: null, finish_reason: end, stop_reason: stoppedBy }]);
  api.countTokens(head.model, usage!);
  if (withUsage) yield chunk([], usageBody(usage!));
  yield "[DONE]";
}

const toolCallBody = ({ id, name, arguments: given }: ToolCall): object => ({
  id,
  type: "function",
  function: { name, arguments: given },
});

/** Bytes are those of the text: of half a character they are not the token's. */
const tokenBody = ({ text, logprob }: { readonly text: string; readonly logprob: number }): object => ({
  token: text,
  logprob,
  bytes: [...Buffer.from(text)],
});

const logprobsBody = (tokens: readonly TokenLogprobs[]): unknown => ({
  content: tokens.map((token) => ({ ...tokenBody(token), top_logprobs: token.alternatives.map(tokenBody) })),
  refusal: null,
});

export const usageBody = ({ promptTokens, completionTokens }: Usage): unknown => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});
