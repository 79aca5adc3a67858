import { z } from "zod";
import type { ChatMessage, ChatOptions, JsonSchema, Tool, ToolChoice } from "../../llm/index.ts";
import { ApiError } from "./api-error.ts";

const whole = (least: number): z.ZodNumber => z.number().int().min(least);

/** Settings of OpenAI's API that would change the answer and that are not supported; only these values may be given. */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  logit_bias: (value) => Object.keys(value as object).length === 0,
  suffix: (value) => value === "",
  echo: (value) => value === false,
  best_of: (value) => value === 1,
};

/** Throws where a request asks for what would be silently ignored. */
export function checkSupported(request: Readonly<Record<string, unknown>>): void {
  for (const [param, isNeutral] of Object.entries(NEUTRAL)) {
    const value = request[param];
    if (value !== undefined && value !== null && !isNeutral(value))
      throw new ApiError(400, `${param} is not supported`, { param, code: "unsupported_parameter" });
  }
}

const jsonSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);

/** What chat and plain completions share. */
export const samplingFields = {
  model: z.string(),
  temperature: z.number().min(0).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.number().int().nullish(),
  n: whole(1).max(128).nullish(),
  max_tokens: whole(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
};

type SamplingRequest = z.output<z.ZodObject<typeof samplingFields>>;

export function samplingOptions({ temperature, top_p, seed, n, max_tokens, stop }: SamplingRequest): ChatOptions {
  return {
    ...(temperature != null && { temperature }),
    ...(top_p != null && { topP: top_p }),
    ...(seed != null && { seed }),
    ...(n != null && { n }),
    ...(max_tokens != null && { maxTokens: max_tokens }),
    ...(stop != null && { stop: [stop].flat() }),
  };
}

const parts = z.array(z.looseObject({ type: z.string(), text: z.string().optional() }));
const content = z.union([z.string(), parts]);
const toolCall = z.looseObject({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });
const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer", "user"]), content }),
  z.looseObject({ role: z.literal("assistant"), content: content.nullish(), tool_calls: z.array(toolCall).nullish() }),
  z.looseObject({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]);
const tool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), description: z.string().nullish(), parameters: jsonSchema.nullish() }),
});

export const responseFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({ type: z.literal("json_schema"), json_schema: z.looseObject({ schema: jsonSchema }) }),
]);

export function schemaOf(format: z.output<typeof responseFormat> | null | undefined): JsonSchema | undefined {
  if (format?.type === "json_schema") return format.json_schema.schema;
  return format?.type === "json_object" ? { type: "object" } : undefined;
}

/** A request to `/v1/chat/completions`. */
export const chatRequest = z.looseObject({
  ...samplingFields,
  messages: z.array(message).min(1),
  max_completion_tokens: whole(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: whole(0).max(20).nullish(),
  response_format: responseFormat.nullish(),
  /** vLLM's way to say that the last message is the beginning of the answer. */
  continue_final_message: z.boolean().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "none", "required"]),
      z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
    ])
    .nullish(),
});
export type ChatRequest = z.output<typeof chatRequest>;

export function messagesOf({ messages }: ChatRequest): ChatMessage[] {
  return messages.map((given, i): ChatMessage => {
    const text = textOf(given.content ?? "", `messages.${i}.content`);
    if (given.role === "tool") return { role: "tool", content: text, toolCallId: given.tool_call_id };
    if (given.role !== "assistant") return { role: given.role === "user" ? "user" : "system", content: text };
    const toolCalls = (given.tool_calls ?? []).map(({ id, function: call }) => ({ id, ...call }));
    return { role: "assistant", content: text, ...(toolCalls.length > 0 && { toolCalls }) };
  });
}

export function chatOptions(request: ChatRequest): ChatOptions {
  const { logprobs, top_logprobs, response_format: format, max_completion_tokens } = request;
  const tools = (request.tools ?? []).map(({ function: { name, description, parameters } }): Tool => {
    return { name, ...(description != null && { description }), ...(parameters != null && { parameters }) };
  });
  const choice = request.tool_choice;
  const toolChoice: ToolChoice | null | undefined =
    typeof choice === "object" && choice !== null ? { name: choice.function.name } : choice;
  const schema = schemaOf(format);
  return {
    ...samplingOptions({ ...request, max_tokens: max_completion_tokens ?? request.max_tokens }),
    ...(logprobs === true && { logprobs: top_logprobs ?? 0 }),
    ...(tools.length > 0 && { tools }),
    ...(toolChoice != null && { toolChoice }),
    ...(schema !== undefined && { schema }),
  };
}

function textOf(given: string | z.output<typeof parts>, param: string): string {
  if (typeof given === "string") return given;
  const other = given.find(({ type, text }) => type !== "text" || text === undefined);
  if (other) throw new ApiError(400, `${param}: parts of type ${JSON.stringify(other.type)} are not read`, { param });
  return given.map(({ text }) => text).join("");
}
