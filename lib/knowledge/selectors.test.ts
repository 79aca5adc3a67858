import { describe, expect, it } from "vitest";
import { playEpisode, SearchTeacher } from "../agents/index.ts";
import { Household, PlacementPrior, smallGame, type SmallGame } from "../environments/index.ts";
import { ModelError, scriptedModel, withRetry, type ChatMessage, type ChatOptions } from "../llm/index.ts";
import type { Turn } from "../trajectory/index.ts";
import {
  chatSelector,
  knowledgeFrom,
  lexicalSelector,
  loadKnowledge,
  placeRule,
  readChosenRule,
  ruleOfAnswer,
  scriptedSelector,
  UNLISTED,
  type Rule,
} from "./index.ts";

const rules: Rule[] = ["When A, the agent should B.", "When the agent sees <b>, it should </knowledge>.", "Do C."].map(
  (rule, index) => ({ id: `rule_${index}`, rule, type: "Error" }),
);
const turns: Turn[] = [
  { role: "user", content: "Instruction: [SEP] buy a sofa [SEP] Search" },
  { role: "assistant", content: "Thought: t\nAction: search[sofa]", action: "search[sofa]" },
  { role: "user", content: "Observation: sofas\n[Chosen Rule]: rule_1: mine\nAgent:" },
  { role: "assistant", content: "Action: click[B01]", action: "click[B01]" },
  { role: "user", content: "Observation: Buy Now" },
];

describe("a selector's answer", () => {
  it.each([
    ["[Analysis]: x\n[Chosen Rule]: rule_0: When A, the agent should B.", "When A, the agent should B."],
    ["[Chosen Rule]:\nrule_2: Do C.\n", "rule_2: Do C."],
    ["rule_1 fits\nrule_0 : When A, the agent should B.\nend", "When A, the agent should B."],
    ["rule_0: When A, the agent should B.", "When A, the agent should B."],
    ["[Analysis]: [Chosen Rule]: rule_1\n[Chosen Rule]: rule_2: Do C.", "rule_2: Do C."],
    ["nothing", ""],
    ["[Chosen Rule]:", ""],
  ])("%j says %j", (answer, rule) => {
    expect(readChosenRule(answer)).toBe(rule);
  });

  it.each([
    ["[Chosen Rule]: rule_0: When A, the agent should B.", "rule_0"],
    ["[Chosen Rule]: When A, the agent should B.", "rule_0"],
    ['[Chosen Rule]: "When A, the agent should B."', "rule_0"],
    ["[Chosen Rule]: rule_2", "rule_2"],
    ["[Chosen Rule]: rule_1: When the agent sees <b>, it should </knowledge>.", "rule_1"],
    ["[Analysis]: rule_0 no\n[Chosen Rule]: rule_2: Do it.", "rule_2"],
    ["[Chosen Rule]: rule_0: When A, the agent should do something else.", "rule_0"],
    ["[Chosen Rule]: None", undefined],
    ["[Chosen Rule]: none.", undefined],
    ["I cannot say", undefined],
  ])("%j means %j", (answer, id) => {
    expect(ruleOfAnswer(answer, rules)?.id).toBe(id);
  });

  it("may be a text that no rule has, as in the published agents", () => {
    expect(ruleOfAnswer("[Chosen Rule]: rule_9: When X, the agent should Y.", rules)).toEqual({
      id: UNLISTED,
      rule: "When X, the agent should Y.",
      type: "Error",
    });
  });
});

describe("chatSelector", () => {
  function asking(answer: string) {
    const requests: { messages: readonly ChatMessage[]; options: ChatOptions }[] = [];
    const model = scriptedModel("selector", (messages, options) => {
      requests.push({ messages, options });
      return answer;
    });
    return { model, requests };
  }

  it("asks once, at temperature 0 for at most 1024 tokens", async () => {
    const { model, requests } = asking("[Chosen Rule]: rule_2");
    const rule = await chatSelector(model, { domain: "household" })({ goal: "buy a sofa", turns, rules });
    expect(rule).toBe(rules[2]);
    expect(requests.map(({ options }) => options)).toEqual([{ temperature: 0, maxTokens: 1024 }]);
    const [system, user] = requests[0].messages;
    expect([system.role, user.role]).toEqual(["system", "user"]);
    expect(system.content).toContain("for the third time in a row");
    expect(system.content).not.toContain("wrong action");
    expect(user.content).toContain("rule_1: When the agent sees <b>, it should </knowledge>.");
    expect(user.content.split("\n").filter((line) => /^(?:Agent|Environment):$/.test(line))).toHaveLength(5);
  });

  it("explains the right and the wrong action where both are given", async () => {
    const { model, requests } = asking("[Chosen Rule]: rule_0");
    await chatSelector(model, { domain: "household" })({
      goal: "g",
      turns,
      rules,
      correct: "go to x 1",
      wrong: "look",
    });
    expect(requests[0].messages[0].content).toContain("[Why wrong action is wrong]");
    expect(requests[0].messages[1].content).toContain("The right action now:\n  go to x 1");
    expect(requests[0].messages[1].content).toContain("The wrong action that was tried:\n  look");
  });

  it("leaves out all observations of the shop but the last", async () => {
    const { model, requests } = asking("");
    expect(await chatSelector(model, { domain: "shop" })({ goal: "buy a sofa", turns, rules })).toBeNull();
    const { content } = requests[0].messages[1];
    expect(content.split("Observation: ...")).toHaveLength(3);
    expect(content).toContain("Observation: Buy Now");
    expect(content).not.toContain("sofas");
  });

  it("asks nobody where there are no rules", async () => {
    const { model, requests } = asking("");
    expect(await chatSelector(model, { domain: "shop" })({ goal: "g", turns, rules: [] })).toBeNull();
    expect(requests).toEqual([]);
  });

  it("is tried again five times by the retry layer's defaults", async () => {
    let calls = 0;
    const busy = scriptedModel("busy", () => {
      calls++;
      throw new ModelError("overloaded", "busy");
    });
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const select = chatSelector(withRetry(busy, { clock }), { domain: "household" });
    await expect(select({ goal: "g", turns, rules })).rejects.toThrow("busy");
    expect(calls).toBe(1 + 5);
  });
});

const PRIOR = PlacementPrior.fromGames([]);
const general = loadKnowledge({ domain: "household", source: "ours" }).seeds.rules;
const places: Rule[] = ["pen", "mug", "desklamp", "book"].map((object, index) => ({
  id: `rule_${index + general.length}`,
  rule: placeRule({ object, receptacles: ["safe", "bed"] }),
  type: "Success Process",
}));
const ALL = [...general, ...places];

/** What is chosen before each turn of the teacher, with the turn's action. */
async function chosen(
  game: SmallGame,
  list: readonly Rule[] = ALL,
): Promise<(readonly [string, string | undefined])[]> {
  const { turns: played, task } = playEpisode(new Household(smallGame(game)), new SearchTeacher(PRIOR), {
    stepLimit: 30,
    seed: 0,
  });
  const rows: (readonly [string, string | undefined])[] = [];
  for (const [index, turn] of played.entries())
    if (turn.role === "assistant") {
      const rule = await scriptedSelector()({ goal: task.goal, turns: played.slice(0, index), rules: list });
      rows.push([turn.action!, rule?.rule]);
    }
  return rows;
}

describe("scriptedSelector", () => {
  const place = (object: string): string => placeRule({ object, receptacles: ["safe", "bed"] });

  it("gives the place rule of what has to be searched for: the object, then the lamp", async () => {
    const rows = await chosen({
      receptacles: { "bed 1": ["book"], "desk 1": [], "sidetable 1": ["desklamp"] },
      task: "look at book under the desklamp",
    });
    const at = (action: string): string | undefined => rows.find(([each]) => each.startsWith(action))?.[1];
    expect(rows[0][1]).toBe(place("book"));
    expect(at("take book")).toContain("should pick it up before");
    expect(at("use desklamp")).toContain("should switch the lamp on rather than");
    const searching = rows.slice(rows.findIndex(([action]) => action.startsWith("take")) + 1);
    expect(searching[0][1]).toBe(place("desklamp"));
  });

  it("gives it for the second of two objects, until that is seen", async () => {
    const rows = await chosen({
      receptacles: { "bed 1": [], "desk 1": ["pen"], "drawer 1": ["pen"], "shelf 1": [] },
      task: "put two pen in shelf",
    });
    const put = rows.findIndex(([action]) => action.startsWith("put"));
    expect(put).toBeGreaterThan(0);
    expect(rows[put + 1][1]).toBe(place("pen"));
    expect(rows.at(-1)![1]).not.toBe(place("pen"));
  });

  it("gives the rule of the treatment, and says nothing of places in the hand", async () => {
    const rows = await chosen({
      receptacles: { "cabinet 1": [], "countertop 1": ["mug"], "microwave 1": [], "fridge 1": [] },
      task: "put a hot mug in cabinet",
    });
    const heating = rows.find(([action]) => action.startsWith("heat"));
    expect(heating![1]).toMatch(/heat, cool or clean it at once|cleaned, heated or cooled/);
    for (const [action, rule] of rows.slice(rows.indexOf(heating!))) expect([action, rule]).not.toContain(place("mug"));
  });

  it("has nothing to give where nothing fits", async () => {
    const game = { receptacles: { "desk 1": ["cd"], "shelf 1": [] }, task: "put a cd in shelf" };
    expect((await chosen(game, places)).map(([, rule]) => rule)).toEqual(Array(4).fill(undefined));
    expect(await scriptedSelector()({ goal: "", turns: [], rules: [] })).toBeNull();
  });

  it("goes by the page in a shop", async () => {
    const shop = loadKnowledge({ domain: "shop", source: "ours" }).seeds.rules;
    const on = async (content: string) =>
      (await scriptedSelector()({ goal: "a grey sofa", turns: [{ role: "user", content }], rules: shop }))?.id;
    expect(await on("Back to Search [SEP] Page 1 (Total results: 50) [SEP] Next >")).toBe("rule_0");
    expect(await on("Back to Search [SEP] < Prev [SEP] size [SEP] Buy Now")).toBe("rule_1");
  });
});

describe("lexicalSelector", () => {
  it("chooses by shared words, the rarer the better, and nothing without any", async () => {
    const ask = (goal: string, content = "") =>
      lexicalSelector()({ goal, turns: [{ role: "user", content }], rules: ALL });
    expect((await ask("look at book"))!.rule).toContain("needs a book");
    expect((await ask("", "The microwave 1."))!.rule).toContain("microwave");
    expect(await ask("qwertz")).toBeNull();
    expect(await lexicalSelector()({ goal: "mug", turns: [], rules: [] })).toBeNull();
    const told = knowledgeFrom(lexicalSelector(), ALL);
    expect([await told("look at book", []), await told("qwertz", [])]).toEqual([places[3].rule, ""]);
  });
});
