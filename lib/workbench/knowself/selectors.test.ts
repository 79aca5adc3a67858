import { expect, test } from "vitest";
import { placeRule, type HouseholdRule } from "../../knowledge/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { ruleBy } from "./selectors.ts";

const rule = (id: string, object: string, receptacle: string): HouseholdRule => ({
  ...{ id, rule: placeRule({ object, receptacles: [receptacle] }), type: "Success Process" as const },
  ...{ household: "h", support: 1, places: {} },
});
const RULES = [rule("rule_0", "desklamp", "shelf 1"), rule("rule_1", "pen", "drawer 1")];
const [LAMP, PEN] = RULES.map((each) => each.rule);
const start: Turn = {
  role: "user",
  content:
    "You are in the middle of a room. Looking quickly around you, you see a desk 1, and a shelf 1.\n\nYour task is to: look at pen under the desklamp.",
};
const looked: Turn[] = [
  start,
  { role: "assistant", content: "Action: go to desk 1", action: "go to desk 1" },
  { role: "user", content: "You arrive at loc 1. On the desk 1, you see a pen 1." },
];

test("by need: what is searched for; by any: in turn, whatever the need", () => {
  expect([ruleBy("need", RULES)([start]), ruleBy("need", RULES)(looked)]).toEqual([PEN, ""]);
  expect([ruleBy("any", RULES)([]), ruleBy("any", RULES)([start]), ruleBy("any", RULES)(looked)]).toEqual([LAMP, PEN, PEN]); // prettier-ignore
});

test("by goal: what the task names, whatever the turn", () => {
  const both = `${PEN} ${LAMP}`;
  expect([ruleBy("goal", RULES)([start]), ruleBy("goal", RULES)(looked)]).toEqual([both, both]);
  expect(ruleBy("goal", RULES.slice(1))([start])).toBe(PEN);
});

test("by words: the rule that shares most of them with the task and the last turns", () => {
  const chosen = ruleBy("words", RULES);
  expect(chosen([{ role: "user", content: "The drawer 1 and a pen." }])).toBe(PEN);
  expect(chosen([{ role: "user", content: "A desklamp on shelf 1." }])).toBe(LAMP);
  const [task, lamp, pen] = ["Begin.", "A desklamp.", "A pen in drawer 1 in a drawer."];
  const long = [task, pen, lamp, lamp].map((content): Turn => ({ role: "user", content }));
  expect(chosen(long)).toBe(LAMP);
});

test.each(["need", "goal", "words", "any"] as const)("by %s: without rules there is none", (selector) => {
  expect(ruleBy(selector, [])([start])).toBe("");
});
