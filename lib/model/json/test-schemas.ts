import type { JsonSchema } from "./index.ts";

/** An object that requires all of its properties, and allows no others. */
const object = (properties: Record<string, unknown>, optional: readonly string[] = []): Record<string, unknown> => ({
  ...{ type: "object", properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) },
  additionalProperties: false,
});
const text = { type: "string", maxLength: 12 };
const point = object({ x: { type: "integer" }, y: { type: "integer" } });
const kinds = ["move", "say"].map((kind) => object({ kind: { const: kind }, value: kind === "say" ? text : point }));

/** Twenty schemas of every kind that can be followed. A text of theirs ends soon, even where tokens are drawn at random. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  "four fields of a plan": object({ context_information_summary: text, thoughts: text, task: text, selected_tool: { enum: ["search_wikipedia", "calculate_number", "final_answer"] } }), // prettier-ignore
  nested: object({ a: object({ b: object({ c: object({ d: { type: "boolean" } }) }) }), e: { type: "null" } }),
  "optional properties": object({ a: text, b: { type: "integer" }, c: { type: "boolean" }, d: { type: "null" } }, ["a", "c", "d"]), // prettier-ignore
  "all optional": object({ a: text, b: object({ c: { type: "number" } }, ["c"]) }, ["a", "b"]),
  "listed values": { enum: ["a", 'say "no"', "é\\n\n", 3, -1.5, null, true, [1, "x"], { k: [] }] },
  "one value": object({ version: { const: "1.0" }, data: { const: { b: 1, a: [null] } } }),
  list: { type: "array", items: { type: "integer", minimum: 0, maximum: 99 }, maxItems: 6 },
  "list of objects": { type: "array", items: object({ name: text, age: { type: "integer", minimum: 0 } }), minItems: 1, maxItems: 3 }, // prettier-ignore
  matrix: { type: "array", items: { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 }, minItems: 2, maxItems: 2 }, // prettier-ignore
  tuple: { type: "array", items: [{ type: "string", maxLength: 3 }, { type: "number" }, { type: "boolean" }], additionalItems: false, minItems: 3 }, // prettier-ignore
  "linked list": { $ref: "#/$defs/node", $defs: { node: object({ value: { type: "integer", minimum: -5, maximum: 12 }, next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } }) } }, // prettier-ignore
  tree: { $ref: "#/$defs/tree", $defs: { tree: object({ name: { enum: ["a", "b"] }, children: { type: "array", items: { $ref: "#/$defs/tree" }, maxItems: 2 } }) } }, // prettier-ignore
  "two that need each other": { $ref: "#/$defs/question", $defs: { question: object({ ask: text, answer: { $ref: "#/$defs/answer" } }), answer: object({ yes: { type: "boolean" }, more: { $ref: "#/$defs/question" } }, ["more"]) } }, // prettier-ignore
  "an expression": { anyOf: [{ type: "integer" }, object({ operator: { enum: ["+", "*"] }, left: { type: "integer" }, right: { $ref: "#" } })] }, // prettier-ignore
  union: { anyOf: [{ type: "null" }, { type: "string", maxLength: 5 }, point, { type: "array", items: point, maxItems: 2 }] }, // prettier-ignore
  "union told apart": { oneOf: kinds },
  "several types": object({ id: { type: ["string", "integer", "null"], maxLength: 6, minimum: 10, maximum: 2000 } }),
  "bounded numbers": object({ whole: { type: "integer", exclusiveMinimum: -7, exclusiveMaximum: 1200 }, share: { type: "number", minimum: 0, maximum: 1 }, degrees: { type: "number", minimum: -273 }, debt: { type: "number", exclusiveMaximum: 0 } }), // prettier-ignore
  map: { type: "object", propertyNames: { maxLength: 3 }, additionalProperties: { type: "integer", minimum: 1, maximum: 5 } }, // prettier-ignore
  "lengths in characters": { type: "array", items: { type: "string", minLength: 2, maxLength: 4 }, minItems: 2, maxItems: 3 }, // prettier-ignore
};
