import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { UserError } from "../../base/index.ts";
import { JsonCompiler, type JsonSchema } from "./index.ts";
import { accepts, stopToken, tokenizer } from "./test-walks.ts";

describe("the grammar of a schema", () => {
  let compiler: JsonCompiler;
  beforeAll(async () => {
    compiler = await JsonCompiler.create(tokenizer, [stopToken]);
  });
  afterAll(() => compiler.dispose());

  const accepted = async (schema: JsonSchema, text: string | Uint8Array): Promise<boolean> =>
    accepts((await compiler.compile(schema)).constraint(), text);

  test.each<[string, JsonSchema, string[], string[]]>([
    [
      "optional properties",
      { properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, required: ["b"] },
      ['{"b":2}', '{"a":1,"b":2}', '{"b":2, "c": 3}', '{"a":1,"b":2,"c":3}'],
      ["{}", '{"a":1}', '{"a":1,"c":3}', '{"b":2,"a":1}', '{"b":2,}', '{,"b":2}', '{"b":2,"d":1}'],
    ],
    [
      "all optional",
      { properties: { a: { const: 1 }, b: { const: 2 } } },
      ["{}", '{"a":1}', '{"b":2}', '{"a":1,"b":2}'],
      ['{"b":2,"a":1}', "{,}"],
    ],
    [
      "a map",
      { type: "object", propertyNames: { maxLength: 2 }, additionalProperties: { type: "integer" } },
      ["{}", '{"ab":1,"éé":2}'],
      ['{"abc":1}', '{"a":"b"}'],
    ],
    [
      "keys listed",
      { type: "object", propertyNames: { enum: ["x", "y"] }, additionalProperties: { type: "null" }, required: ["y"] },
      ['{"y":null}'],
      ["{}", '{"x":null}', '{"z":null}'],
    ],
    ["no properties", { type: "object", additionalProperties: false }, ["{}"], ['{"a":1}']],
    ["any object", { type: "object" }, ["{}", '{"a":{"b":[1, true]}}'], ["[]"]],
    ["required, and no more said", { type: "object", required: ["a"] }, ['{"a":[1]}'], ["{}"]],
    [
      "a tuple",
      { type: "array", prefixItems: [{ type: "null" }, { const: 1 }] },
      ["[null,1]"],
      ["[]", "[null]", "[null,1,2]"],
    ],
    [
      "a tuple and more",
      { prefixItems: [{ type: "null" }], items: { const: 1 }, maxItems: 2 },
      ["[null]", "[null, 1]"],
      ["[null,1,1]", "[1]"],
    ],
    [
      "a tuple and as many as asked",
      { prefixItems: [{ type: "null" }], minItems: 2 },
      ["[null,{}]", "[null,1,2]"],
      ["[null]"],
    ],
    ["an empty array", { type: "array", maxItems: 0 }, ["[]"], ["[1]"]],
    ["any array", { type: "array" }, ["[]", '[1,"a",[]]'], ["{}"]],
    ["some items", { items: { const: 1 }, minItems: 2, maxItems: 3 }, ["[1,1]", "[1,1,1]"], ["[1]", "[1,1,1,1]", "[]"]],
    ["at least", { items: { const: 1 }, minItems: 2 }, ["[1,1]", "[1,1,1,1]"], ["[1]"]],
    [
      "lengths in characters",
      { type: "string", minLength: 2, maxLength: 2 },
      ['"ab"', '"é😀"', '"\\u00e9\\n"'],
      ['"a"', '"abc"', '"\\ud83d\\ude00"'],
    ],
    ["several types", { type: ["string", "integer"], maxLength: 1, maximum: 3 }, ['"a"', "3"], ['"ab"', "4", "null"]],
    ["listed values of a type", { type: "string", enum: ["a", 1, null] }, ['"a"'], ["1", "null"]],
    ["listed whole numbers", { type: "integer", enum: [1, 1.5] }, ["1"], ["1.5"]],
    ["one of disjoint", { oneOf: [{ type: "string" }, { type: "null" }] }, ['""', "null"], ["1"]],
    [
      "one of, told apart by a property",
      { oneOf: [1, 2].map((kind) => ({ type: "object", properties: { kind: { const: kind } }, required: ["kind"] })) },
      ['{"kind":1}', '{"kind":2}'],
      ['{"kind":3}'],
    ],
    ["all of one", { allOf: [{ const: 1 }] }, ["1"], ["2"]],
    ["names with / and ~", { $ref: "#/$defs/a~1b~0%20c", $defs: { "a/b~ c": { const: 1 } } }, ["1"], ["2"]],
    ["a tree", { type: "array", items: { $ref: "#" } }, ["[]", "[[],[[]]]"], ["[1]", "[[]"]],
    [
      "annotations are passed over",
      { type: "null", title: "x", format: "email", default: 1, examples: [1], $comment: "c" },
      ["null"],
      ["1"],
    ],
  ])("%s", async (_, schema, good, bad) => {
    for (const text of good) expect([text, await accepted(schema, text)]).toEqual([text, true]);
    for (const text of bad) expect([text, await accepted(schema, text)]).toEqual([text, false]);
  });

  test("schemas as zod writes them", async () => {
    const shape = z.discriminatedUnion("kind", [
      z.object({
        kind: z.literal("say"),
        text: z.string().min(1).nullable(),
        sure: z.number().min(0).max(1).optional(),
      }),
      z.object({ kind: z.literal("act"), counts: z.record(z.enum(["a", "b"]), z.int().positive()) }),
    ]);
    const schema = z.toJSONSchema(shape) as JsonSchema;
    for (const value of [{ kind: "say", text: null }, { kind: "say", text: "é", sure: 0.5 }, { kind: "act", counts: { a: 1, b: 20 } }]) // prettier-ignore
      expect([value, shape.safeParse(value).success, await accepted(schema, JSON.stringify(value))]).toEqual([value, true, true]); // prettier-ignore
    for (const value of [{ kind: "say", text: "" }, { kind: "say", text: "a", sure: 1.5 }, { kind: "act", counts: { a: 0, b: 1 } }, { kind: "act", counts: {} }]) // prettier-ignore
      expect([value, shape.safeParse(value).success, await accepted(schema, JSON.stringify(value))]).toEqual([value, false, false]); // prettier-ignore
  });

  test("strings: well-formed UTF-8 and JSON only", async () => {
    const quoted = (...bytes: number[]): Uint8Array => Uint8Array.from([34, ...bytes, 34]);
    const schema: JsonSchema = { type: "string" };
    for (const text of ["\x7f", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"])
      expect([text, await accepted(schema, `"${text}"`)]).toEqual([text, true]);
    for (const bytes of [
      [0x00],
      [0x1f],
      [0x0a],
      [0x80],
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xe0, 0x9f, 0xbf],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xff],
      [0xc3],
      [0x5c],
      [0x5c, 0x78],
    ])
      // prettier-ignore
      expect([bytes, await accepted(schema, quoted(...bytes))]).toEqual([bytes, false]);
  });

  test.each<[unknown, string]>([
    [{ type: "string", pattern: "a" }, "#: the keyword pattern cannot be guaranteed"],
    [{ properties: { a: { items: { not: {} } } } }, "#/properties/a/items: the keyword not"],
    [{ type: "array", uniqueItems: true }, "uniqueItems"],
    [{ properties: { a: false } }, "#/properties/a: the schema false allows nothing"],
    [{ type: "frob" }, 'type "frob": one of null, boolean'],
    [{ type: [] }, "type []"],
    [3, "a JSON schema is expected, not 3"],
    [{ $ref: "#/nowhere" }, '$ref "#/nowhere" points to nothing'],
    [{ $ref: "other.json" }, "only places in the same schema"],
    [{ $ref: "#" }, "leads back to itself"],
    [{ anyOf: [{ type: "null" }, { $ref: "#" }] }, "leads back to itself"],
    [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { anyOf: [{ $ref: "#/$defs/a" }] } } }, "leads back"],
    [{ $ref: "#/$defs/a", type: "null", $defs: { a: {} } }, "type beside $ref"],
    [{ anyOf: [{ type: "null" }], properties: {} }, "properties beside anyOf"],
    [{ anyOf: [] }, "anyOf must be a list of schemas"],
    [{ allOf: [{ type: "null" }, {}] }, "allOf of several schemas"],
    [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "a value might satisfy both 0 and 1 of oneOf"],
    [{ oneOf: [{ properties: { a: { const: 1 } } }, { properties: { a: { const: 2 } } }] }, "might satisfy both"],
    [{ enum: [] }, "enum must list a value"],
    [{ type: "string", const: 1 }, "const must list a value, of the schema's type"],
    [{ enum: ["a"], minLength: 2 }, "minLength beside enum"],
    [{ type: "string", minLength: 3, maxLength: 2 }, "at least 3 and at most 2"],
    [{ type: "string", maxLength: -1 }, "maxLength -1: a whole number of 0 or more"],
    [{ type: "array", minItems: 3, maxItems: 2 }, "at least 3 and at most 2"],
    [{ prefixItems: [{}], items: false, minItems: 2 }, "minItems 2, but only 1"],
    [{ prefixItems: 3 }, "prefixItems must be a list"],
    [{ required: ["a"], additionalProperties: false }, "a is required, but not among the properties"],
    [{ properties: { abc: {} }, propertyNames: { maxLength: 2 } }, 'property "abc" does not satisfy propertyNames'],
    [{ propertyNames: { type: "integer" } }, "names are strings"],
    [{ propertyNames: { anyOf: [{ const: "a" }] } }, "anyOf beside type"],
    [{ properties: 3 }, "properties must be an object"],
    [{ type: "integer", minimum: true }, "minimum true: a number is expected"],
    [{ type: "integer", minimum: 3, maximum: 2 }, "no whole number"],
  ])("%j is refused", async (schema, message) => {
    await expect(compiler.compile(schema as JsonSchema)).rejects.toThrow(UserError);
    await expect(compiler.compile(schema as JsonSchema)).rejects.toThrow(message);
  });
});
