import { sha256, UserError } from "../base/index.ts";
import type { ChatOptions, Tool, ToolCall } from "./chat-model.ts";
import type { JsonSchema } from "./json-schema/index.ts";

/** How models without a form of their own write a call: `{"name": ..., "arguments": {...}}`. */

/** Id of a call; the same of the same origin, such as the number and the text of an answer. */
export const callIdOf = (...origin: readonly (string | number)[]): string =>
  `call_${sha256(origin.join("/")).slice(0, 24)}`;

/** Checks the tools and the choice among them. */
export function checkTools({ tools = [], toolChoice }: ChatOptions): void {
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`the tool ${JSON.stringify(twice)} is given twice`);
  if (tools.length === 0 && toolChoice !== undefined && toolChoice !== "none" && toolChoice !== "auto")
    throw new UserError("a tool call is asked for, but no tools are given");
  if (typeof toolChoice === "object" && !names.includes(toolChoice.name))
    throw new UserError(`tool choice ${JSON.stringify(toolChoice.name)}: the tools are ${names.join(", ")}`);
}

/** The schema of a call that must be made; null where none must. */
export function forcedCallSchema({ tools = [], toolChoice }: ChatOptions): JsonSchema | null {
  if (toolChoice !== "required" && typeof toolChoice !== "object") return null;
  const allowed = toolChoice === "required" ? tools : tools.filter(({ name }) => name === toolChoice.name);
  if (allowed.length === 1) return callSchema(allowed[0], "#");
  return { anyOf: allowed.map((tool, i) => callSchema(tool, `#/anyOf/${i}`)) };
}

/** @param at where the schema will stand, so that references inside the parameters can be told so */
const callSchema = ({ name, parameters = NO_ARGUMENTS }: Tool, at: string): JsonSchema => ({
  type: "object",
  properties: { name: { const: name }, arguments: moved(parameters, `${at}/properties/arguments`) as JsonSchema },
  required: ["name", "arguments"],
  additionalProperties: false,
});

const NO_ARGUMENTS: JsonSchema = { type: "object", additionalProperties: false };

/** A schema whose own references begin at `root` from now on. */
function moved(schema: unknown, root: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => moved(item, root));
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "const" || key === "enum") return [key, value as unknown];
      if (key === "$ref" && typeof value === "string" && value.startsWith("#")) return [key, root + value.slice(1)];
      return [key, moved(value, root)];
    }),
  );
}

/** Tells a model about its tools, for a system message; empty without tools. */
export function describeTools({ tools = [], toolChoice }: ChatOptions): string {
  if (tools.length === 0 || toolChoice === "none") return "";
  return [
    "Tools:",
    ...tools.map((tool) => JSON.stringify(tool)),
    'To call one, answer with JSON alone: {"name": "...", "arguments": {...}}',
  ].join("\n");
}

/** The call that a whole answer is; null where it is none of the tools' calls. */
export function readToolCall(text: string, { tools = [], toolChoice }: ChatOptions, id: string): ToolCall | null {
  if (toolChoice === "none" || tools.length === 0 || !text.trimStart().startsWith("{")) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { name, arguments: given = {} } = value as { name?: unknown; arguments?: unknown };
  if (!tools.some((tool) => tool.name === name) || typeof given !== "object" || given === null) return null;
  return { id, name: name as string, arguments: JSON.stringify(given) };
}

/** A call in the form in which models write it. */
export function toolCallText({ name, arguments: given }: ToolCall): string {
  return `{"name": ${JSON.stringify(name)}, "arguments": ${given}}`;
}
