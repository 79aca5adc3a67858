import { expect, test } from "vitest";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import { toldAtEveryTurn } from "./base-trajectories.ts";

const user = (content: string): Turn => ({ role: "user", content });
const TURNS: Turn[] = [
  user("start"),
  {
    role: "assistant",
    content: "Thought: I need pen\nAction: go to desk 1",
    thought: "I need pen",
    action: "go to desk 1",
  },
  user("one"),
  { role: "assistant", content: "Action: look", action: "look", loss: false },
  user("two"),
  {
    ...{ role: "assistant", content: "", action: "look", knowledge: "old", situation: "knowledgeable" },
    reconsidered: { action: "wait", reflection: "No." },
  },
  user("three"),
  { role: "assistant", content: "I am done." },
];
const TRAJECTORY: Trajectory = {
  ...{ id: "t/a", environment: "household", agent: "a", seed: 0, turns: TURNS, reward: 1, success: true },
  task: { id: "t", type: "pick_and_place_simple", source: "generated", split: "train", goal: "put a pen in desk" },
  ...{ steps: 3, invalid: 0, stop: "success" },
};

test("a rule before every action, for what was seen until then, unasked; all else stays", () => {
  const before = structuredClone(TRAJECTORY);
  const seen: string[] = [];
  const told = toldAtEveryTurn(TRAJECTORY, (turns) => {
    seen.push(turns.at(-1)!.content);
    return turns.length === 3 ? "" : `rule ${turns.length}`;
  });
  expect(seen).toEqual(["start", "one", "two"]);
  expect({ ...told, turns: TURNS }).toEqual(TRAJECTORY);
  expect(told.turns.filter(({ role }) => role === "user")).toEqual(TURNS.filter(({ role }) => role === "user"));
  const given = { prompted: true, situation: "knowledgeable" };
  expect(told.turns.filter(({ role }) => role === "assistant")).toEqual([
    {
      ...{ ...TURNS[1], ...given, knowledge: "rule 1" },
      content: "[Knowledge]<knowledge>rule 1</knowledge>\nThought: I need pen\nAction: go to desk 1",
    },
    { ...TURNS[3], ...given, knowledge: "", content: "[Knowledge]<knowledge></knowledge>\nAction: look" },
    {
      ...{ ...TURNS[5], ...given, knowledge: "rule 5" },
      content:
        "[Knowledge]<knowledge>rule 5</knowledge>\nAction: wait\n[Reflection]<reflection>Wait, let's check the action. No.</reflection>\nAction: look",
    },
    TURNS[7],
  ]);
  expect(TRAJECTORY).toEqual(before);
});
