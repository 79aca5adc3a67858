import type { Answer, ChatOptions, TokenLogprobs } from "./chat-model.ts";
import { ModelError } from "./model-error.ts";
import { checkTools, forcedCallSchema, readToolCall } from "./tool-calls.ts";
import type { JsonSchema } from "./json-schema/index.ts";

/** The schema that an answer in text must follow: the one asked for, or that of a forced tool call. */
export function answerSchema(options: ChatOptions): JsonSchema | undefined {
  checkTools(options);
  return forcedCallSchema(options) ?? options.schema;
}

/** An answer of a server that knows text alone; a tool call is read out of it. */
export function answerOfText(
  text: string,
  end: "stop" | "length",
  options: ChatOptions,
  logprobs: readonly TokenLogprobs[] | undefined,
  callId: string,
): Answer {
  const call = readToolCall(text, options, callId);
  const rest = logprobs === undefined ? {} : { logprobs };
  return call ? { text: "", toolCalls: [call], end: "tool_calls", ...rest } : { text, toolCalls: [], end, ...rest };
}

/** A value of an answer, checked by `parse`; throws `ModelError` where the server says something else. */
export function read<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error } },
  value: unknown,
  who: string,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ModelError("answer", `${who}: not the answer that was expected: ${JSON.stringify(value)?.slice(0, 300)}`);
}
