import { z } from "zod";
import type { ChatMessage, ChatModel, ChatOptions, Completion } from "./chat-model.ts";
import type { JsonSchema } from "./json-schema/index.ts";
import { ModelError } from "./model-error.ts";
import { writtenValues } from "./written-json.ts";

/** The JSON schema of a zod schema, with properties in its order. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema) as JsonSchema;

export interface AskedValue<T> {
  readonly value: T;
  /** The answer with the value. */
  readonly completion: Completion;
  /** All answers, that one last: two where the first could not be used. */
  readonly completions: readonly Completion[];
  /** The answer held more than JSON, or JSON with wrong signs. */
  readonly isRepaired: boolean;
}

/**
 * Asks for a value: the answer is JSON that follows the schema, and is checked by it. A model that was not held to the
 * schema may write words around the JSON, or wrong commas and brackets; where no value can be read out of that, it is told
 * why and asked once more. Throws `ModelError` for a second such answer, with the answer as its `text`.
 */
export async function askFor<T extends z.ZodType>(
  model: ChatModel,
  messages: readonly ChatMessage[],
  schema: T,
  options: Omit<ChatOptions, "schema" | "n"> = {},
): Promise<AskedValue<z.output<T>>> {
  const asked = { ...options, schema: jsonSchemaOf(schema) };
  const first = await model.chat(messages, asked);
  const answer = readAnswer(first, schema);
  if ("value" in answer) return { ...answer, completion: first, completions: [first] };
  if (first.end === "content_filter") throw failure(model, answer.why, first);
  const again = [...messages, echo(first), { role: "user" as const, content: request(answer.why, asked.schema) }];
  const second = await model.chat(again, asked);
  const other = readAnswer(second, schema);
  if ("value" in other) return { ...other, completion: second, completions: [first, second] };
  throw failure(model, other.why, second);
}

type Reading<T> = { readonly value: T; readonly isRepaired: boolean } | { readonly why: string };

/** The one value in an answer that the schema allows, or why there is none. */
function readAnswer<T extends z.ZodType>({ text, end }: Completion, schema: T): Reading<z.output<T>> {
  let why: string;
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? { value: result.data, isRepaired: false } : { why: reason(result.error) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    why = `no JSON: ${end === "length" ? "it was cut; ask for more tokens" : error.message}`;
  }
  const results = writtenValues(text, end === "length").map(({ value }) => schema.safeParse(value));
  const values = new Map(results.flatMap(({ success, data }) => (success ? [[JSON.stringify(data), data]] : [])));
  if (values.size > 1) return { why: `${values.size} different values` };
  for (const value of values.values()) return { value, isRepaired: true };
  const refused = results.find(({ success }) => !success)?.error;
  return { why: refused && end !== "length" ? reason(refused) : why };
}

function reason({ issues: [{ path, message }] }: z.ZodError): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}

/** Servers refuse messages without content. */
const echo = ({ text }: Completion): ChatMessage => ({ role: "assistant", content: text.trim() === "" ? "{}" : text });

const request = (why: string, schema: JsonSchema): string =>
  `This answer cannot be used (${why}). Answer again, with one JSON value and nothing else, that follows this JSON schema: ${JSON.stringify(schema)}`;

const failure = (model: ChatModel, why: string, { text }: Completion): ModelError =>
  new ModelError("answer", `${model.name}: ${why}: ${text.slice(0, 200)}`, { text });
