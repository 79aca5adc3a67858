import { expect, test } from "vitest";
import { z } from "zod";
import {
  askFor,
  jsonGrammar,
  jsonSchemaOf,
  ModelError,
  scriptedAnswers,
  type AnswerEnd,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
} from "./index.ts";

interface Node {
  name: string;
  children: Node[];
}
const node: z.ZodType<Node> = z.lazy(() => z.object({ name: z.string(), children: z.array(node) }));

test("a zod schema as JSON schema: order kept, recursion as a reference", () => {
  const command = z.object({ verb: z.enum(["go", "take"]), at: z.string().optional() });
  const { properties, required } = jsonSchemaOf(command) as { properties: object; required: string[] };
  expect(Object.keys(properties)).toEqual(["verb", "at"]);
  expect(required).toEqual(["verb"]);
  expect(JSON.stringify(jsonSchemaOf(node))).toContain("$ref");
});

const command = z.object({ verb: z.enum(["go", "take"]), at: z.string().optional() });

/** A model that gives these answers, and what it was asked. */
function modelOf(answers: readonly string[], end: AnswerEnd = "stop") {
  const asked: { messages: readonly ChatMessage[]; options: ChatOptions }[] = [];
  const model = scriptedAnswers("answers", answers);
  const spy: ChatModel = {
    ...model,
    async chat(messages, options = {}) {
      asked.push({ messages, options });
      return { ...(await model.chat(messages, options)), end };
    },
  };
  return { model: spy, asked };
}

const question = [{ role: "user" as const, content: "What now?" }];

test("the value is asked for with the schema, and checked", async () => {
  const { model, asked } = modelOf(['{"verb":"go"}']);
  const { value, completion, completions, isRepaired } = await askFor(model, question, command, { temperature: 0 });
  const verb: "go" | "take" = value.verb;
  expect([value, verb, isRepaired, completions]).toEqual([{ verb: "go" }, "go", false, [completion]]);
  expect(asked).toEqual([{ messages: question, options: { temperature: 0, schema: jsonSchemaOf(command) } }]);
});

test.each([
  ["words around it", 'I will go.\n{"verb": "go"}\nThat is best.'],
  ["a code fence", '```json\n{"verb": "go"}\n```'],
  ["a comma too much", '{"verb": "go",}'],
  ["a missing bracket", 'So: {"verb": "go"'],
  ["a forgotten bracket inside", '{"verb": "go", "at": "[x"}, then'],
  ["Python's signs", "{'verb': 'go'}"],
  ["a comment", '{"verb": "go" /* north */}'],
  ["the same twice", '{"verb": "go"} and again {"verb":"go"}'],
  ["something else in brackets", 'See [1] and {"a": 2}: {"verb": "go"}'],
])("an answer with %s is read without asking again", async (_, text) => {
  const { model, asked } = modelOf([text]);
  const { value, isRepaired } = await askFor(model, question, command);
  expect([value.verb, isRepaired, asked.length]).toEqual(["go", true, 1]);
});

test.each([
  ["none", "I go north.", /no JSON/],
  ["what the schema forbids", '{"verb":"fly"}', /verb: Invalid option/],
  ["two different values", 'Either {"verb":"go"} or {"verb":"take"}.', /2 different values/],
  ["an open string", '{"verb":"go","at":"the old ha', /no JSON/],
  ["nothing", "", /no JSON/],
])("an answer with %s: told why, and asked once more", async (_, text, why) => {
  const { model, asked } = modelOf([text, '{"verb":"take"}']);
  const { value, completion, completions, isRepaired } = await askFor(model, question, command);
  expect([value, isRepaired, completions.length, completions[1]]).toEqual([{ verb: "take" }, false, 2, completion]);
  expect(asked[1].messages.slice(0, 2)).toEqual([...question, { role: "assistant", content: text || "{}" }]);
  expect(asked[1].messages[2].content).toMatch(why);
  expect(asked[1].messages[2].content).toContain(JSON.stringify(jsonSchemaOf(command)));
  expect(asked[1].options).toEqual(asked[0].options);
});

test("a second such answer is an error with the whole text", async () => {
  const long = `{"verb":"fly", "at": "${"x".repeat(300)}"}`;
  const { model, asked } = modelOf(["no", long]);
  const error: unknown = await askFor(model, question, command).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ kind: "answer", text: long });
  expect((error as ModelError).message).toMatch(/^scripted answers: verb: Invalid option.*: \{"verb":"fly"/);
  expect(asked).toHaveLength(2);
});

test("a cut answer is not closed for the model; what it completed before counts", async () => {
  const list = z.object({ verbs: z.array(z.string()) });
  await expect(askFor(modelOf(['{"verbs":["go"'], "length").model, question, list)).rejects.toThrow(/it was cut/);
  const { model } = modelOf(['{"verbs":["go"]} because {'], "length");
  expect((await askFor(model, question, list)).value).toEqual({ verbs: ["go"] });
  expect((await askFor(modelOf(['{"verbs":["go"']).model, question, list)).value).toEqual({ verbs: ["go"] });
});

test("what was filtered is not asked for again", async () => {
  const { model, asked } = modelOf([""], "content_filter");
  await expect(askFor(model, question, command)).rejects.toThrow(ModelError);
  expect(asked).toHaveLength(1);
});

test("scalars and fences", async () => {
  expect((await askFor(modelOf(['```json\n"go"\n```']).model, question, z.enum(["go"]))).value).toBe("go");
  expect((await askFor(modelOf(["3"]).model, question, z.number())).value).toBe(3);
  await expect(askFor(modelOf(["go"]).model, question, z.string())).rejects.toThrow(/no JSON/);
});

test("a recursive value", async () => {
  const { model, asked } = modelOf(['Here: {"name":"a","children":[{"name":"b","children":[],}]}']);
  expect((await askFor(model, question, node)).value).toEqual({ name: "a", children: [{ name: "b", children: [] }] });
  expect(jsonGrammar(asked[0].options.schema!, "gbnf")).toContain("children");
});
