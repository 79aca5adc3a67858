import { expect, test } from "vitest";
import { checkTools, describeTools, forcedCallSchema, jsonGrammar, readToolCall, type Tool } from "./index.ts";

const tree: Tool = {
  name: "grow",
  parameters: {
    $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    type: "object",
    properties: { root: { $ref: "#/$defs/node" }, text: { const: { $ref: "#/kept" } } },
  },
};
const look: Tool = { name: "look", description: "Looks around" };

test("a forced call is a schema, whose references still lead to the right place", () => {
  expect(forcedCallSchema({ tools: [tree, look] })).toBeNull();
  const one = forcedCallSchema({ tools: [tree, look], toolChoice: { name: "grow" } }) as Record<string, unknown>;
  expect(JSON.stringify(one)).toContain('"$ref":"#/properties/arguments/$defs/node"');
  expect(JSON.stringify(one)).toContain('"const":{"$ref":"#/kept"}');
  const any = forcedCallSchema({ tools: [look, tree], toolChoice: "required" })!;
  expect(JSON.stringify(any)).toContain('"$ref":"#/anyOf/1/properties/arguments/$defs/node"');
  for (const schema of [one, any]) expect(jsonGrammar(schema, "gbnf")).toContain("grow");
});

test("an answer is a call where it is one of the tools'", () => {
  const tools = [look];
  const read = (text: string, options = {}): unknown => readToolCall(text, { tools, ...options }, "id");
  expect(read(' {"name": "look", "arguments": {"at": "desk"}}')).toEqual({ id: "id", name: "look", arguments: '{"at":"desk"}' }); // prettier-ignore
  expect(read('{"name": "look"}')).toEqual({ id: "id", name: "look", arguments: "{}" });
  for (const text of ['{"name": "leap"}', '{"name": "look', "look", '{"name": "look", "arguments": 1}', "{}"])
    expect(read(text)).toBeNull();
  expect(read('{"name": "look"}', { toolChoice: "none" })).toBeNull();
});

test("tools are told in the prompt, but where none may be called", () => {
  expect(describeTools({ tools: [look] })).toContain('{"name":"look","description":"Looks around"}');
  expect(describeTools({ tools: [look], toolChoice: "none" })).toBe("");
  expect(describeTools({})).toBe("");
});

test("tools that cannot be called are refused", () => {
  expect(() => checkTools({ tools: [look, look] })).toThrow('the tool "look" is given twice');
  expect(() => checkTools({ toolChoice: "required" })).toThrow("no tools are given");
  expect(() => checkTools({ tools: [look], toolChoice: { name: "leap" } })).toThrow('"leap": the tools are look');
});
