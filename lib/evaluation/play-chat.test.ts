import { expect, test } from "vitest";
import { householdProfile, ReActAgent, type ConversationOptions } from "../agents/index.ts";
import { Interrupted } from "../base/index.ts";
import { scriptedModel, type ChatMessage, type ChatModel, type ChatOptions } from "../llm/index.ts";
import { playChat, type PlayChatOptions } from "./play-chat.ts";
import { MugRoom } from "./test-mug-room.ts";

const PLAN = ["go to shelf 1", "take mug 1 from shelf 1", "go to desk 1", "put mug 1 in/on desk 1"];

/** Says what `answer` makes of the number of answers before, that "OK" aside. */
const model = (
  answer: (turn: number) => string | Promise<string>,
  seen: (readonly ChatMessage[])[] = [],
  options: ChatOptions[] = [],
): ChatModel =>
  scriptedModel("fake", (messages, asked) => {
    seen.push(messages);
    options.push(asked);
    return answer(messages.filter(({ role, content }) => role === "assistant" && content !== "OK").length);
  });

const play = (
  agent: Pick<ConversationOptions, "model"> & Partial<ConversationOptions>,
  options: Partial<PlayChatOptions> = {},
): ReturnType<typeof playChat> =>
  playChat({
    environments: ["a", "b", "c"].map((id) => () => new MugRoom(id)),
    createAgent: (_, meter) =>
      new ReActAgent({ name: "chat", profile: householdProfile(), ...agent, model: meter.count(agent.model) }),
    ...{ parallel: 2, stepLimit: 6, seed: 4, ...options },
  });

test("a model's answers become actions, and the conversation is the episode", async () => {
  const seen: (readonly ChatMessage[])[] = [];
  const options: ChatOptions[] = [];
  const clever = model((turn) => `Thought: step ${turn}\nAction: ${PLAN[turn]}\nObservation: made up`, seen, options);
  const progress: number[] = [];
  const played = await play(
    { model: clever, sampling: { maxTokens: 50, seed: 4 } },
    { onProgress: ({ done }) => void progress.push(done) },
  );
  expect(played.map(({ task }) => task.id)).toEqual(["a", "b", "c"]);
  expect(played.every(({ success, steps, invalid }) => success && steps === 4 && invalid === 0)).toBe(true);
  expect(progress).toEqual([1, 2, 3]);
  expect(played[0]).toMatchObject({
    ...{ id: "a/chat", agent: "chat", reward: 1, stop: "success", seed: 4 },
    extra: { usage: { requests: 4, promptTokens: 0, completionTokens: 0 } },
  });
  const [first] = played;
  expect(first.turns[1]).toEqual({
    ...{ role: "assistant", content: `Thought: step 0\nAction: ${PLAN[0]}`, thought: "step 0", action: PLAN[0] },
  });
  const last = seen.filter((messages) => messages.length === 9)[0];
  expect(last.map(({ role }) => role).slice(0, 3)).toEqual(["user", "assistant", "user"]);
  expect(last[2].content).toBe(first.turns[0].content);
  expect(last[4].content).toBe("Observation: On the shelf 1, you see a mug 1.");
  expect(options[0]).toMatchObject({ seed: 4, maxTokens: 50, temperature: 0, stop: ["\nObservation:"] });
});

test("what is no command is complained about, until the step limit", async () => {
  const [only] = await play({ model: model(() => "I would rather not.") }, { environments: [() => new MugRoom("a")] });
  expect(only).toMatchObject({ success: false, steps: 6, invalid: 6, stop: "step_limit" });
  expect(only.turns[1]).toEqual({ role: "assistant", content: "I would rather not." });
  expect(only.turns[2].content).toContain("Input error");
});

test("no more episodes than asked for are played at once; an aborted run throws", async () => {
  let [running, most] = [0, 0];
  const slow = model(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    return "Action: look";
  });
  await play({ model: slow });
  expect(most).toBe(2);
  await expect(play({ model: slow }, { signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
});
