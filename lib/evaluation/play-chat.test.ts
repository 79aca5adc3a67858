import { expect, test } from "vitest";
import { Interrupted } from "../base/index.ts";
import { completionOf, type ChatMessage, type ChatOptions } from "../llm/index.ts";
import { parseAnswer, playChat, type PlayChatOptions } from "./play-chat.ts";
import { MugRoom } from "./test-mug-room.ts";

const PLAN = ["go to shelf 1", "take mug 1 from shelf 1", "go to desk 1", "put mug 1 in/on desk 1"];

/** Says what `answer` makes of the number of answers before. */
const model = (
  answer: (turn: number) => string,
  seen: (readonly ChatMessage[])[] = [],
  options: ChatOptions[] = [],
) => ({
  chat: async (messages: readonly ChatMessage[], asked: ChatOptions = {}) => {
    seen.push(messages);
    options.push(asked);
    await Promise.resolve();
    const turn = messages.filter(({ role }) => role === "assistant").length;
    return completionOf("fake", [{ text: answer(turn), toolCalls: [], end: "stop" as const }]);
  },
});

const play = (options: Pick<PlayChatOptions, "model"> & Partial<PlayChatOptions>): ReturnType<typeof playChat> =>
  playChat({
    environments: ["a", "b", "c"].map((id) => () => new MugRoom(id)),
    ...{ name: "chat", parallel: 2, stepLimit: 6, seed: 4, ...options },
  });

test("a model's answers become actions, and the conversation is the episode", async () => {
  const seen: (readonly ChatMessage[])[] = [];
  const options: ChatOptions[] = [];
  const clever = model((turn) => `Thought: step ${turn}\nAction: ${PLAN[turn]}\nObservation: made up`, seen, options);
  const played = await play({ model: clever, instructions: "Play.", maxTokens: 50 });
  expect(played.map(({ task }) => task.id)).toEqual(["a", "b", "c"]);
  expect(
    played.every(({ success, steps, invalid, seed }) => success && steps === 4 && invalid === 0 && seed === 4),
  ).toBe(true);
  expect(played[0]).toMatchObject({ id: "a/chat", agent: "chat", reward: 1, stop: "success" });
  const [first] = played;
  expect(first.turns[1]).toEqual({
    ...{ role: "assistant", content: `Thought: step 0\nAction: ${PLAN[0]}`, thought: "step 0", action: PLAN[0] },
  });
  const last = seen.filter((messages) => messages.length === 8)[0];
  expect(last[0]).toEqual({ role: "system", content: "Play." });
  expect(last.slice(1)).toEqual(first.turns.slice(0, 7).map(({ role, content }) => ({ role, content })));
  expect(options[0]).toMatchObject({ seed: 4, maxTokens: 50, stop: ["\nObservation:"] });
});

test("what is no command is refused by the environment, until the step limit", async () => {
  const [only] = await play({ model: model(() => "I would rather not."), environments: [() => new MugRoom("a")] });
  expect(only).toMatchObject({ success: false, steps: 6, invalid: 6, stop: "step_limit" });
  expect(only.turns[1]).toEqual({ role: "assistant", content: "I would rather not.", action: "I would rather not." });
});

test("no more episodes than asked for are played at once; an aborted run throws", async () => {
  let [running, most] = [0, 0];
  const slow = {
    chat: async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return completionOf("slow", [{ text: "Action: look", toolCalls: [], end: "stop" as const }]);
    },
  };
  await play({ model: slow });
  expect(most).toBe(2);
  await expect(play({ model: slow, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
});

test.each([
  ["Thought: a\nAction: look", { content: "Thought: a\nAction: look", thought: "a", action: "look" }],
  ["Action: look", { content: "Action: look", thought: null, action: "look" }],
  ["  Action:   go to desk 1  \nmore", { content: "Action:   go to desk 1", thought: null, action: "go to desk 1" }],
  [
    "Thought: one\ntwo\n\nAction: look\nAction: no",
    { content: "Thought: one\ntwo\n\nAction: look", thought: "one\ntwo", action: "look" },
  ],
  ["Action: look\nThought: late\nAction: no", { content: "Action: look", thought: null, action: "look" }],
  ["look", { content: "look", thought: null, action: "look" }],
  ["", { content: "", thought: null, action: "" }],
])("reads %j", (answer, expected) => {
  expect(parseAnswer(answer)).toEqual(expected);
});
