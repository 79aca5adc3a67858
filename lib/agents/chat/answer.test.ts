import { expect, it } from "vitest";
import { lastAction, readAnswer, readReconsidered } from "./answer.ts";
import { householdProfile } from "./household-profile.ts";
import { shopProfile } from "./shop-profile.ts";

const household = householdProfile();

it.each([
  ["Thought: a\nAction: look", { content: "Thought: a\nAction: look", thought: "a", action: "look" }],
  ["Action: look", { content: "Action: look", action: "look" }],
  [
    "Thought: one\ntwo\n\nAction: look\nAction: inventory",
    { content: "Thought: one\ntwo\n\nAction: look\nAction: inventory", thought: "one\ntwo", action: "inventory" },
  ],
  [
    "Thought: a\nAction: look\nThought: b\nAction: go to desk 1",
    { content: "Thought: a\nAction: look\nThought: b\nAction: go to desk 1", thought: "b", action: "go to desk 1" },
  ],
  [
    "Thought: a\nAction: look\nObservation: x\nAction: go",
    { content: "Thought: a\nAction: look", thought: "a", action: "look" },
  ],
  ["Action:", { content: "Action:", action: "" }],
  ["look", { content: "look", complaint: household.complaint }],
  ["", { content: "", complaint: household.complaint }],
])("reads %j", (answer, expected) => {
  expect(readAnswer(answer, household)).toEqual(expected);
});

it.each([
  ["Thought: x\nAction: go to shelf 1", "go to shelf 1"],
  ["Action: put mug 1 in/on shelf 2.", "put mug 1 in/on shelf 2"],
  ["Action: use desklamp 1", "use desklamp 1"],
  ["Action: clean mug 1 with sinkbasin 1", "clean mug 1 with sinkbasin 1"],
  ["Action: open fridge 1\nObservation: hi", "open fridge 1"],
  ["Action: Put Mug 1 in Shelf 2!?", "put mug 1 in/on shelf 2"],
  ["Action: put mug 1 on shelf 2", "put mug 1 in/on shelf 2"],
  ["Action: move mug 1 to shelf 2", "put mug 1 in/on shelf 2"],
  ["Action: go to shelf 1.,;:", "go to shelf 1"],
])("the household's command of %j is KnowSelf's %j", (answer, expected) => {
  expect(household.command(lastAction(answer)!)).toBe(expected);
});

it("the wording of the environment decides between put and move", () => {
  const current = householdProfile({ wording: "current" });
  for (const said of ["put mug 1 in/on shelf 2", "move mug 1 to shelf 2", "put mug 1 in shelf 2"])
    expect(current.command(said)).toBe("move mug 1 to shelf 2");
  expect(current.instruction).toContain("move {object} to {receptacle}");
});

it("the shop's command is left as it is, for the shop reads it", () => {
  expect(shopProfile().command(lastAction("Thought: t\nAction: click[Buy Now]")!)).toBe("click[Buy Now]");
  expect(lastAction("none")).toBeNull();
});

it("of a reconsidered answer the corrected action counts, and the thought belongs to the first", () => {
  const answer = "Thought: t\nAction: Open shelf 1\n[Reflection]<reflection>Wait, let's check the action. r</reflection>\nAction: look."; // prettier-ignore
  expect(readReconsidered(`${answer}\nObservation: so\nAction: no`, household)).toEqual({
    content: answer,
    thought: "t",
    action: "look",
    situation: "slow",
    reconsidered: { action: "open shelf 1", reflection: "r" },
  });
});
