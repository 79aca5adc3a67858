import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { testDataFolder, UserError } from "../../base/index.ts";
import { TASK_TYPES } from "../../environments/index.ts";
import { taskKnowledge } from "../../knowledge/index.ts";
import { scriptedAnswers, type ChatMessage } from "../../llm/index.ts";
import { ActionGraph, actionName } from "./action-graph.ts";
import { householdProfile } from "./household-profile.ts";
import { KnowAgent } from "./know-agent.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { MUG_PLAN, mugRoom } from "./test-games.ts";

/** The published notation. */
const BRACKETS = `Guidelines:
Goto(receptacle) -> Open(receptacle)
[Goto(receptacle), Open(receptacle)] -> Take(object, from: receptacle)
Take(object, from: receptacle) -> Goto(receptacle)
[Goto(receptacle), Take(object, from: receptacle), Open(receptacle)] -> Put(object, in/on: receptacle)`;

/** Ours. */
const LISTS = `Which action may follow which:
  start -> go to
  go to -> go to, open, take, put
  open -> take, put, go to
  take -> go to
  put -> the end`;

describe("the action graph", () => {
  it("is read in both notations", () => {
    const sources = (text: string): Record<string, string[]> =>
      Object.fromEntries([...ActionGraph.read(text).before].map(([name, before]) => [name, [...before].sort()]));
    expect(sources(BRACKETS)).toEqual({
      ...{ open: ["goto"], take: ["goto", "open"], goto: ["start", "take"], put: ["goto", "open", "take"] },
    });
    expect(sources(LISTS)).toEqual({
      ...{ goto: ["goto", "open", "start", "take"], open: ["goto"], take: ["goto", "open"], put: ["goto", "open"] },
    });
    expect(() => ActionGraph.read("no graph")).toThrow(UserError);
  });

  it.each([BRACKETS, LISTS])("says what may come next", (text) => {
    const graph = ActionGraph.read(text);
    expect(graph.allowed([])).toEqual(["goto"]);
    expect(graph.allowed(["goto"]).sort()).toEqual(["goto", "open", "put", "take"]);
  });

  it.each([
    ["go to shelf 1", "goto"],
    ["Goto(receptacle)", "goto"],
    ["move mug 1 to shelf 1", "put"],
    ["click[Buy Now]", "click"],
    ["take {object} from {receptacle}", "take"],
    ["", ""],
  ])("takes %j for %j", (text, name) => {
    expect(actionName(text)).toBe(name);
  });

  it("is in every text of ours by task type", () => {
    const household = TASK_TYPES.map((type) => ActionGraph.read(taskKnowledge("household", type)));
    const names = new Set(household.flatMap(({ before }) => [...before.keys()]));
    expect([...names].sort()).toEqual(["clean", "cool", "goto", "heat", "open", "put", "take", "use"]);
    const shop = ActionGraph.read(taskKnowledge("shop", "any"));
    expect([shop.allowed([]), shop.allowed(["search"])]).toEqual([["search"], ["search", "click"]]);
  });

  it("is in every published text by task type", (context) => {
    const file = path.join(testDataFolder() ?? "", "knowself/alfworld/task_knowledge.json");
    if (!fs.existsSync(file)) return context.skip("no data folder with knowself/alfworld");
    const texts = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, string>;
    for (const [type, text] of Object.entries(texts)) {
      const names = [...ActionGraph.read(text).before.keys()];
      expect(names, type).toEqual(expect.arrayContaining(["open", "take", "goto"]));
      for (const name of names) expect(["goto", "open", "take", "put", "clean", "heat", "cool", "use"]).toContain(name);
    }
  });
});

describe("KnowAgent", () => {
  it("tells the knowledge of the task's type, and objects once to an action that is not in order", async () => {
    const prompts: (readonly ChatMessage[])[] = [];
    const path = "ActionPath: Start -> Goto\nThought: t\n";
    const answers = [`${path}Action: take mug 1 from shelf 1`, `${path}Action: ${MUG_PLAN[0]}`, ...MUG_PLAN.slice(1).map((action) => `${path}Action: ${action}`)]; // prettier-ignore
    const scripted = scriptedAnswers("actor", answers);
    const model = { ...scripted, chat: (messages: readonly ChatMessage[]) => (prompts.push(messages), scripted.chat(messages)) }; // prettier-ignore
    const knowledge = (type: string): string => `For ${type}.\n${LISTS}`;
    const agent = new KnowAgent({ model, profile: householdProfile(), knowledge });
    const trajectory = await playChatEpisode(mugRoom(), agent, { stepLimit: 9, seed: 0 });
    expect(trajectory).toMatchObject({ agent: "knowagent", success: true, steps: 4 });
    expect(trajectory.turns[1]).toMatchObject({
      ...{ action: MUG_PLAN[0], thought: "t", extra: { objected: "take mug 1 from shelf 1" } },
    });
    expect(trajectory.turns[3].extra).toBeUndefined();
    expect(prompts).toHaveLength(5);
    expect(prompts[0][0].content).toContain("For pick_and_place_simple.\nWhich action may follow which");
    expect(prompts[1].at(-1)!.content).toContain(
      '"take mug 1 from shelf 1" is not possible now; what may come next: goto.',
    );
    // What was objected to is no part of the conversation afterwards.
    expect(prompts[2].map(({ content }) => content).join("\n")).not.toContain("is not possible now");
  });

  it("carries the second answer out whatever it is", async () => {
    const model = scriptedAnswers("actor", ["Action: dance"]);
    const agent = new KnowAgent({ model, profile: householdProfile(), knowledge: () => LISTS });
    const trajectory = await playChatEpisode(mugRoom(), agent, { stepLimit: 1, seed: 0 });
    expect(trajectory).toMatchObject({ steps: 1, invalid: 1 });
    expect(trajectory.turns[1].action).toBe("dance");
  });
});
