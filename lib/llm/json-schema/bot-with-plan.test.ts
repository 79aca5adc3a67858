import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testDataFolder, readJson, UserError } from "../../base/index.ts";
import { jsonSchemaOf } from "../ask.ts";
import { jsonGrammar, type JsonSchema } from "./index.ts";

const rulesOf = (schema: JsonSchema): Record<string, string> =>
  Object.fromEntries(
    jsonGrammar(schema, "bot-with-plan")
      .split(/\n(?! )/)
      .map((line) => line.split(" ::= ") as [string, string]),
  );

test("published grammars, byte for byte", (context) => {
  const file = path.join(testDataFolder() ?? "", "bot-with-plan", "grammar_vectors.json");
  if (!fs.existsSync(file)) context.skip("no bot-with-plan/grammar_vectors.json in the data folder");
  const vectors = readJson<{ name: string; schema: JsonSchema; gbnf: string }[]>(file);
  expect(vectors.length).toBeGreaterThanOrEqual(3);
  for (const { name, schema, gbnf } of vectors)
    expect([name, jsonGrammar(schema, "bot-with-plan")]).toEqual([name, gbnf]);
});

describe("bot-with-plan's form", () => {
  test("every line: properties in the order of the schema, required or not; rules named by path", () => {
    const schema = jsonSchemaOf(z.object({ task: z.string(), done: z.boolean().optional(), again: z.array(z.string()) })); // prettier-ignore
    const lines = jsonGrammar(schema, "bot-with-plan").split("\n");
    expect(lines).toEqual([
      `space ::= " "?`,
      String.raw`string ::=  "\"" (`,
      String.raw`        [^"\\] |`,
      String.raw`        "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])`,
      String.raw`      )* "\"" space `,
      `boolean ::= ("true" | "false") space`,
      `again ::= "[" space (string ("," space string)*)? "]" space`,
      String.raw`root ::= "{" space "\"task\"" space ":" space string "," space "\"done\"" space ":" space boolean "," space "\"again\"" space ":" space again "}" space`,
    ]);
  });

  test("unions, listed values and names that are taken", () => {
    const rules = rulesOf({
      type: "object",
      properties: {
        "a b": { anyOf: [{ type: "null" }, { const: 3 }] },
        "a-b": { enum: ["x", "é", 1, null, { k: [1, 2] }] },
        string: { enum: ["y"] },
        text: { type: "string" },
        same: { type: "object", properties: { text: { const: "t" } } },
        either: { type: ["integer", "null"] },
      },
    });
    expect(rules["a-b"]).toBe("null | a-b-1");
    expect(rules["a-b0"]).toBe(String.raw`"\"x\"" | "\"\u00e9\"" | "1" | "null" | "{\"k\": [1, 2]}"`);
    expect(rules["string"]).toBe(String.raw`"\"y\""`);
    expect(rules["string0"]).toMatch(/^ "\\""/);
    expect(rules["same-text"]).toBe(String.raw`"\"t\""`);
    expect(rules["either"]).toBe("integer | null");
    expect(rules["root"]).toContain(String.raw`"\"a b\"" space ":" space a-b "," space "\"a-b\"" space ":" space a-b0`);
  });

  test("a reference is in place; one that leads back to itself is a rule", () => {
    const point = { type: "object", properties: { x: { type: "integer" } } };
    const rules = rulesOf({
      type: "object",
      properties: { from: { $ref: "#/$defs/point" }, to: { $ref: "#/$defs/point" }, tree: { $ref: "#/$defs/tree" } },
      $defs: {
        point,
        tree: {
          type: "object",
          properties: { name: { const: "t" }, children: { type: "array", items: { $ref: "#/$defs/tree" } } },
        },
      },
    });
    expect(rules["from"]).toBe(String.raw`"{" space "\"x\"" space ":" space integer "}" space`);
    expect(rules["to"]).toBe(rules["from"]);
    expect(rules["tree"]).toContain(String.raw`"\"children\"" space ":" space tree-children`);
    expect(rules["tree-children"]).toBe(`"[" space (tree ("," space tree)*)? "]" space`);
    expect(rules["root"]).toContain(String.raw`"\"tree\"" space ":" space tree "}"`);
  });

  test.each<[string, JsonSchema]>([
    ["the whole", { type: "object", properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } } }],
    ["by a definition", { $ref: "#/$defs/n", $defs: { n: { type: "object", properties: { next: { anyOf: [{ $ref: "#/$defs/n" }, { type: "null" }] } } } } }], // prettier-ignore
    ["through allOf", { $ref: "#/$defs/n", $defs: { n: { allOf: [{ $ref: "#/$defs/m" }] }, m: { type: "object", properties: { next: { anyOf: [{ $ref: "#/$defs/n" }, { type: "null" }] } } } } }], // prettier-ignore
  ])("recursion: %s", (_, schema) => {
    const rules = rulesOf(schema);
    const bodies = Object.values(rules).map((body) => body.replace(/"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]/g, " "));
    for (const body of bodies) for (const used of body.match(/[a-z][\w-]*/g) ?? []) expect(rules).toHaveProperty(used);
    expect(rules).toHaveProperty("root");
  });

  test("where llama.cpp could not read theirs: backslashes, characters beyond the first plane, a property called root", () => {
    const rules = rulesOf({ type: "object", properties: { root: { type: "string" }, b: { const: 'a"\\\n😀' }, c: { type: "object", properties: { root: { const: 1 } } } } }); // prettier-ignore
    expect(rules["b"]).toBe(String.raw`"\"a\\\"\\\\\\n\U0001f600\""`);
    expect(rules["root"]).toMatch(/^"\{" space "\\"root\\"" space ":" space string "," space/);
    expect(rules["c-root"]).toBe(`"1"`);
    expect(rulesOf({ type: "object", properties: { root: { const: 1 } } })).toMatchObject({ root0: `"1"` });
  });

  test.each<[unknown, string]>([
    [true, "#: bot-with-plan's grammars need a schema with a type, not true"],
    [{ type: "object" }, "objects need properties"],
    [{ properties: { a: {} }, type: "object" }, "#/properties/a: bot-with-plan's grammars have no rule for {}"],
    [{ $ref: "#" }, "leads back to itself"],
    [{ $ref: "#/$defs/a", $defs: { a: { anyOf: [{ type: "null" }, { $ref: "#/$defs/a" }] } } }, "leads back to itself"],
    [{ allOf: [{ type: "null" }, { type: "null" }] }, "allOf of several schemas"],
    [{ $ref: "#/nowhere" }, "points to nothing"],
  ])("%j is refused", (schema, message) => {
    expect(() => jsonGrammar(schema as JsonSchema, "bot-with-plan")).toThrow(UserError);
    expect(() => jsonGrammar(schema as JsonSchema, "bot-with-plan")).toThrow(message);
  });
});
