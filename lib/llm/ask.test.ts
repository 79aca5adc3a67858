import { expect, test } from "vitest";
import { z } from "zod";
import { askFor, jsonSchemaOf, scriptedAnswers, type JsonSchema } from "./index.ts";

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

test("the value is asked for with the schema, and checked", async () => {
  const answers = ['{"verb":"go"}', '{"verb":"fly"}', '{"verb'];
  const model = scriptedAnswers("answers", answers);
  let asked: JsonSchema | undefined;
  const spy = { ...model, chat: (messages: [], options?: { schema?: JsonSchema }) => ((asked = options?.schema), model.chat(messages)) }; // prettier-ignore
  const command = z.object({ verb: z.enum(["go", "take"]) });
  const ask = (): Promise<{ value: { verb: string } }> => askFor(spy as typeof model, [], command);
  expect((await ask()).value).toEqual({ verb: "go" });
  expect(asked).toEqual(jsonSchemaOf(command));
  await expect(ask()).rejects.toThrow(/scripted answers: verb: .*: \{"verb":"fly"\}/);
  await expect(ask()).rejects.toThrow(/no JSON/);
});
