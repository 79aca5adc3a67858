import { z } from "zod";
import type { ChatMessage, ChatModel, ChatOptions, Completion } from "./chat-model.ts";
import type { JsonSchema } from "./json-schema/index.ts";
import { ModelError } from "./model-error.ts";

/** The JSON schema of a zod schema, with properties in its order. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema) as JsonSchema;

/** Asks for a value: the answer is JSON that follows the schema, and is checked by it. Throws `ModelError` for another answer. */
export async function askFor<T extends z.ZodType>(
  model: ChatModel,
  messages: readonly ChatMessage[],
  schema: T,
  options: Omit<ChatOptions, "schema" | "n"> = {},
): Promise<{ value: z.output<T>; completion: Completion }> {
  const completion = await model.chat(messages, { ...options, schema: jsonSchemaOf(schema) });
  const { text, end } = completion;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = end === "length" ? "it was cut; ask for more tokens" : (error as Error).message;
    throw new ModelError("answer", `${model.name}: no JSON: ${why}: ${text.slice(0, 200)}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, completion };
  const { path, message } = result.error.issues[0];
  throw new ModelError("answer", `${model.name}: ${path.map(String).join(".")}: ${message}: ${text.slice(0, 200)}`);
}
