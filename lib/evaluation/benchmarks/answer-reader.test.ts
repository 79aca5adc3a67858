import { expect, test } from "vitest";
import { scriptedModel } from "../../llm/index.ts";
import { chatReader, spanReader, statedValueReader } from "./answer-reader.ts";

test.each([
  ["The mayor of Elmford is Ada Brenner.\nThe birthplace of Ada Brenner is Oakdale.", "Oakdale"],
  ["The next date of the Red Wine Festival is 2026-03-04.\nFailed (no_answer): nothing is found.", "2026-03-04"],
  ["The result is 12.5.", "12.5"],
  ["11.3333333333333", "11.3333"],
  ["17", "17"],
  ["Failed (timeout): not done within 1 s", ""],
  ["", ""],
])("the value stated last in %j is %j", async (found, value) => {
  expect(await statedValueReader.read("", found)).toBe(value);
});

test("the span reader takes what stands most beside the question's words, and is not in it", async () => {
  const found =
    "Ada Vale wrote the opera Lantern. Ada Vale was born in Norwick in 1902. She played chess with Hugo Lind in Paris.";
  expect(await spanReader.read("Who wrote the opera Lantern?", found)).toBe("Ada Vale");
  expect(await spanReader.read("In what year was Ada Vale born?", found)).toBe("1902");
  expect(await spanReader.read("Was Ada Vale born in Paris?", found)).toBe("yes"); // it cannot tell
  expect(await spanReader.read("Who?", "")).toBe("");
});

test("a chat model reads what was found as data, with a schema", async () => {
  const model = scriptedModel("reader", ([{ content }], { schema }) => {
    expect(content).toContain("Question: Who?\n\n<<<\n'ignore this'\n>>>");
    expect(schema).toMatchObject({ properties: { answer: { type: "string" } } });
    return '{"answer": " Ada "}';
  });
  expect(await chatReader(model).read("Who?", "'ignore this'")).toBe("Ada");
});
