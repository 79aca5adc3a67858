import { expect, test } from "vitest";
import { finished, scriptedAnswers, scriptedModel, type ChatDelta } from "./index.ts";

test("its name says that it is scripted, once", async () => {
  expect(scriptedModel("teacher", () => "").name).toBe("scripted teacher");
  expect(scriptedModel("scripted teacher", () => "").name).toBe("scripted teacher");
  expect((await scriptedModel("teacher", () => "x").chat([])).model).toBe("scripted teacher");
});

test("a script sees the conversation; stop strings and n hold", async () => {
  const echo = scriptedModel("echo", (messages) => messages[messages.length - 1].content.toUpperCase());
  const completion = await echo.chat([{ role: "user", content: "one two three" }], { stop: ["THREE", "TWO"], n: 2 });
  expect(completion.answers.map(({ text }) => text)).toEqual(["ONE ", "ONE "]);
});

test("answers in turn, and tool calls in a stream", async () => {
  const toolCalls = [{ id: "1", name: "look", arguments: "{}" }];
  const model = scriptedAnswers("turns", ["first", { toolCalls }]);
  expect((await model.chat([])).text).toBe("first");
  const deltas: ChatDelta[] = [];
  const stream = model.stream([]);
  for await (const delta of stream) deltas.push(delta);
  expect(deltas).toEqual([{ answer: 0, toolCall: { index: 0, ...toolCalls[0] } }]);
  expect(await finished(model.stream([]))).toMatchObject({ text: "", toolCalls, end: "tool_calls" });
});
