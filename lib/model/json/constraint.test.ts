import Ajv from "ajv";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom, UserError } from "../../base/index.ts";
import { complete } from "../complete.ts";
import { Llama } from "../llama.ts";
import { selectEngine, tf } from "../tensorflow.ts";
import { JsonCompiler, type JsonSchema } from "./index.ts";
import { accepts, allowedBy, byteIds, randomWalk, stopToken, tokenizer } from "./test-walks.ts";

const ajv = new Ajv({ unknownFormats: "ignore" });

/** A linked list, and a tree whose nodes are listed before what they are made of. */
const list: JsonSchema = {
  $ref: "#/$defs/node",
  $defs: {
    node: {
      type: "object",
      properties: { value: { type: "integer", minimum: -5, maximum: 12 }, next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } }, // prettier-ignore
      required: ["value", "next"],
      additionalProperties: false,
    },
  },
};
const plan: JsonSchema = {
  type: "object",
  properties: {
    thoughts: { type: "string", maxLength: 30 },
    task: { type: "string", minLength: 1, maxLength: 8 },
    selected_tool: { enum: ["search", "calculate", 'respond "to" user'] },
    'a\\b"é': { type: ["number", "null"] },
  },
  required: ["thoughts", "task", "selected_tool"],
  additionalProperties: false,
};

/** Schemas of every kind that is followed, small enough to end soon. */
const anySchema: fc.Arbitrary<JsonSchema> = fc.letrec<{ schema: JsonSchema }>((tie) => {
  const size = fc.tuple(fc.nat(2), fc.nat(2)).map(([low, more]) => [low, low + more] as const);
  const bounds = fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 300 }));
  const scalar = fc.constantFrom<unknown>(null, true, 1.5, -20, 'a"b', "é\n", [1, "x"], { b: null, a: [] });
  const names = fc.uniqueArray(fc.constantFrom("b", "a", "c d", "é", '"', "10"), { minLength: 1, maxLength: 4 });
  return {
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonSchema>({ type: "null" }, { type: "boolean" }, { type: ["integer", "null"] }),
      fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }).map((values) => ({ enum: values })),
      scalar.map((value) => ({ const: value })),
      fc.tuple(fc.constantFrom("integer", "number"), bounds, fc.boolean()).map(([type, [low, more], without]) => ({
        type,
        [without ? "exclusiveMinimum" : "minimum"]: low,
        [without ? "maximum" : "exclusiveMaximum"]: low + more + 1,
      })),
      fc.constant({ type: "number" }),
      size.map(([minLength, maxLength]) => ({ type: "string", minLength, maxLength })),
      fc
        .tuple(tie("schema"), size)
        .map(([items, [minItems, maxItems]]) => ({ type: "array", items, minItems, maxItems })),
      fc
        .array(tie("schema"), { minLength: 1, maxLength: 3 })
        .map((items) => ({ type: "array", items, additionalItems: false })),
      fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
      fc
        .tuple(names, fc.array(tie("schema"), { minLength: 4, maxLength: 4 }), fc.array(fc.boolean(), { minLength: 4 }))
        .map(([keys, values, required]) => ({
          type: "object",
          properties: Object.fromEntries(keys.map((key, i) => [key, values[i]])),
          required: keys.filter((_, i) => required[i]),
          additionalProperties: false,
        })),
    ),
  };
}).schema;

describe("JSON constraints", () => {
  let compiler: JsonCompiler;
  beforeAll(async () => {
    compiler = await JsonCompiler.create(tokenizer, [stopToken]);
  });
  afterAll(() => compiler.dispose());

  const accepted = async (schema: JsonSchema, text: string | Uint8Array): Promise<boolean> =>
    accepts((await compiler.compile(schema)).constraint(), text);

  test.each([
    ["a list", list],
    ["a plan", plan],
    ["anything", true],
  ])("random tokens give JSON that satisfies the schema: %s", async (_, schema) => {
    const validate = ajv.compile(schema);
    const grammar = await compiler.compile(schema);
    const texts = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const constraint = grammar.constraint();
      const ids = await randomWalk(constraint, createRandom(seed, "test/walk"), 4000);
      expect(ids).not.toBeNull();
      expect(constraint.isDone).toBe(true);
      constraint.dispose?.();
      expect(ids!.some((id) => tokenizer.isSpecial(id))).toBe(false);
      const text = tokenizer.decode(ids!);
      expect([text, validate(JSON.parse(text)), validate.errors]).toEqual([text, true, null]);
      texts.add(text);
    }
    expect(texts.size).toBeGreaterThan(20);
  });

  test("random schemas too", async () => {
    await fc.assert(
      fc.asyncProperty(anySchema, fc.integer(), async (schema, seed) => {
        const validate = ajv.compile(schema);
        const own = await JsonCompiler.create(tokenizer, [stopToken]);
        const constraint = (await own.compile(schema)).constraint();
        for (let walk = 0; walk < 3; walk++) {
          const ids = await randomWalk(constraint, createRandom(seed, `test/${walk}`), 4000);
          constraint.dispose?.();
          expect(ids).not.toBeNull();
          const text = tokenizer.decode(ids!);
          expect([text, validate(JSON.parse(text)), validate.errors]).toEqual([text, true, null]);
        }
        await own.dispose();
      }),
      { numRuns: 60, seed: 1 },
    );
  }, 60_000);

  test("a random model at temperature 1, many prompts side by side", async () => {
    selectEngine("auto");
    const sizes = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2 };
    const model = Llama.create({ ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 1500 }, { seed: 1 });
    const before = tf.memory().numTensors;
    const grammar = await compiler.compile(plan);
    const prompts = Array.from({ length: 12 }, (_, i) => byteIds("plan".repeat(1 + (i % 4))));
    const options = {
      stopTokens: [stopToken],
      decode: (ids: readonly number[]) => tokenizer.decode(ids),
      sampling: { temperature: 1, seed: 2 },
      constraint: () => grammar.constraint(),
      rows: 4,
    };
    const validate = ajv.compile(plan);
    for (const { text, end, stoppedBy } of await complete(model, prompts, { ...options, maxTokens: 1400 })) {
      expect([end, stoppedBy]).toEqual(["stop", stopToken]);
      expect([text, validate(JSON.parse(text!))]).toEqual([text, true]);
    }
    // With too few tokens the text ends in the middle, and says so.
    for (const { text, end } of await complete(model, prompts.slice(0, 2), { ...options, maxTokens: 5 })) {
      expect(end).toBe("length");
      expect(() => JSON.parse(text!) as unknown).toThrow(SyntaxError);
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  }, 60_000);

  test("properties in the order of the schema; the stop token only at the end", async () => {
    const constraint = (await compiler.compile(plan)).constraint();
    expect(await accepts(constraint, `{"thoughts":"","task": "x", "selected_tool":"search"}`)).toBe(true);
    expect(await accepted(plan, `{"task":"x","thoughts":"","selected_tool":"search"}`)).toBe(false);
    expect(
      await accepted(plan, `{"thoughts":"","task":"x","selected_tool":"respond \\"to\\" user","a\\\\b\\"é":-1.5}`),
    ).toBe(true);
    expect(await accepted(plan, `{"thoughts":"","task":"","selected_tool":"search"}`)).toBe(false);
    const other = (await compiler.compile({ type: "integer", minimum: 1, maximum: 20 })).constraint();
    expect((await allowedBy(other)).map((id) => tokenizer.tokenText(id))).not.toContain("0");
    expect(await allowedBy(other)).not.toContain(stopToken);
    other.accept(byteIds("2")[0]);
    expect((await allowedBy(other)).map((id) => tokenizer.tokenText(id)).sort()).toEqual([
      "0",
      tokenizer.tokenText(stopToken),
    ]);
    expect(() => other.accept(byteIds("1")[0])).toThrow("does not follow the grammar");
  });

  test("a schema is compiled once; matchers are used again", async () => {
    const grammar = await compiler.compile({ enum: ["a", "b"] });
    expect(await compiler.compile({ enum: ["a", "b"] })).toBe(grammar);
    expect(await compiler.compile({ enum: ["b", "a"] })).not.toBe(grammar);
    const first = grammar.constraint();
    const second = grammar.constraint();
    await allowedBy(first);
    first.accept(byteIds('"')[0]);
    const start = await allowedBy(second);
    expect(await allowedBy(first)).not.toEqual(start);
    first.dispose?.();
    expect(await allowedBy(grammar.constraint())).toEqual(start);
  });

  test("what was disposed of is gone", async () => {
    const own = await JsonCompiler.create(tokenizer, [stopToken]);
    const constraint = (await own.compile({ type: "null" })).constraint();
    await allowedBy(constraint);
    await own.dispose();
    await expect(allowedBy(constraint)).rejects.toThrow();
  });

  test("there must be a stop token", async () => {
    await expect(JsonCompiler.create(tokenizer, [])).rejects.toThrow(UserError);
    await expect(JsonCompiler.create(tokenizer, [tokenizer.size])).rejects.toThrow(`one id below ${tokenizer.size}`);
  });
});
