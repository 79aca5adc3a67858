import { describe, expect, it } from "vitest";
import { UserError } from "../../base/index.ts";
import { scriptedModel, type ChatMessage, type ChatModel, type ChatOptions } from "../../llm/index.ts";
import { householdProfile } from "./household-profile.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { ReActAgent } from "./react.ts";
import { shopProfile } from "./shop-profile.ts";
import { buildStateKnowledge, StateKnowledgeBase } from "./state-knowledge.ts";
import { MUG_PLAN, mugRoom } from "./test-games.ts";
import { WorldKnowledgeAgent, type WorldKnowledgeOptions } from "./world-knowledge-agent.ts";

const profile = householdProfile();

/** Draws these answers, `most` of them at a time. */
function drawing(
  answers: readonly string[],
  most = Infinity,
): ChatModel & { readonly asked: ChatOptions[]; readonly prompts: (readonly ChatMessage[])[] } {
  // prettier-ignore
  let next = 0;
  const asked: ChatOptions[] = [];
  const prompts: (readonly ChatMessage[])[] = [];
  const model = scriptedModel("actor", () => answers[next++ % answers.length]);
  return {
    ...{ ...model, asked, prompts },
    chat: (messages, options = {}) => {
      asked.push(options);
      prompts.push(messages);
      return model.chat(messages, { ...options, n: Math.min(options.n ?? 1, most) });
    },
  };
}

const knowing = (say: (content: string) => string): ChatModel =>
  scriptedModel("knowledge", ([{ content }]) => say(content));

const BASE = new StateKnowledgeBase([
  { state: "nothing is found yet", previous: "", next: "go to shelf" },
  { state: "nothing is found yet", previous: "", next: "go to shelf" },
  { state: "the pen is in the hand", previous: "", next: "go to desk" },
  { state: "nothing is found yet", previous: "go to shelf", next: "take mug from shelf" },
]);

async function firstTurn(options: Partial<WorldKnowledgeOptions> & { readonly model: ChatModel }) {
  const knowledgeModel = knowing((content) =>
    content.includes("Do not solve it") ? " Mugs lie about. " : "Nothing found yet.",
  );
  const agent = new WorldKnowledgeAgent({ profile, knowledgeModel, base: BASE, ...options });
  const trajectory = await playChatEpisode(mugRoom(), agent, { stepLimit: 1, seed: 0 });
  return { turn: trajectory.turns[1], trajectory };
}

const DESK = "Thought: d\nAction: go to desk 1";
const SHELF = "Thought: s\nAction: go to shelf 1";

describe("the agent in the manner of WKM", () => {
  it("weighs its own draws against what was done in similar states", async () => {
    const model = drawing([DESK, SHELF, DESK, "no action", DESK]);
    const { turn, trajectory } = await firstTurn({ model, neighbours: 2 });
    // desk: 0.5 * 3/4 + 0.5 * 0; shelf: 0.5 * 1/4 + 0.5 * 2/2
    expect(turn).toMatchObject({ content: SHELF, action: "go to shelf 1", thought: "s" });
    expect(turn.extra).toEqual({ state: "Nothing found yet.", agentShare: 0.25, baseShare: 1 });
    expect(trajectory.agent).toBe("wkm-style");
    expect(trajectory.extra).toEqual({ taskKnowledge: "Mugs lie about." });
    expect(model.asked).toHaveLength(1);
    expect(model.asked[0]).toMatchObject({ n: 5, temperature: 0.7, seed: 0, maxTokens: 1024 });
    expect(model.prompts[0][0].content.endsWith("What is known about such tasks:\nMugs lie about.")).toBe(true);
    expect(JSON.stringify(model.prompts[0])).not.toContain("Nothing found yet.");
  });

  it("follows itself where gamma says so, and where no state came after such an action", async () => {
    expect((await firstTurn({ model: drawing([DESK, SHELF, DESK]), gamma: 1 })).turn.action).toBe("go to desk 1");
    const base = new StateKnowledgeBase([{ state: "x", previous: "open drawer", next: "go to shelf" }]);
    expect((await firstTurn({ model: drawing([SHELF, DESK, DESK]), base })).turn.extra).toMatchObject({ baseShare: 0 });
  });

  it("asks again where a server draws fewer answers, each time with a further seed", async () => {
    const model = drawing([DESK], 2);
    await firstTurn({ model, sampling: { seed: 10, temperature: 0.9 } });
    expect(model.asked.map(({ n, seed, temperature }) => [n, seed, temperature])).toEqual([
      [5, 10, 0.9],
      [3, 12, 0.9],
      [undefined, 14, 0.9],
    ]);
  });

  it("with one sample answers greedily; without any action complains", async () => {
    const greedy = drawing([DESK]);
    expect((await firstTurn({ model: greedy, samples: 1 })).turn).toMatchObject({ action: "go to desk 1" });
    expect(greedy.asked[0].temperature).toBe(0);
    expect((await firstTurn({ model: drawing(["nothing"]) })).trajectory.invalid).toBe(1);
  });
});

describe("state knowledge", () => {
  it("is built from won episodes, one call for each action, by kinds of actions", async () => {
    let turn = 0;
    const player = new ReActAgent({ profile, model: scriptedModel("player", () => `Action: ${MUG_PLAN[turn++ % 4]}`) });
    const won = await playChatEpisode(mugRoom(), player, { stepLimit: 9, seed: 0 });
    const asked: string[] = [];
    const model = knowing((content) => {
      asked.push(content);
      return `state ${asked.length}`;
    });
    const base = await buildStateKnowledge({ model, profile, experience: [{ ...won, success: false }, won] });
    expect(base.entries).toEqual([
      { state: "state 1", previous: "", next: "go to shelf" },
      { state: "state 2", previous: "go to shelf", next: "take mug from shelf" },
      { state: "state 3", previous: "take mug from shelf", next: "go to desk" },
      { state: "state 4", previous: "go to desk", next: "put mug in/on desk" },
    ]);
    expect(asked[1]).toContain("Action: go to shelf 1\n\nObservation: On the shelf 1, you see a mug 1.");
    expect(asked[1]).not.toContain("take mug");
    const copy = StateKnowledgeBase.fromJson(JSON.parse(JSON.stringify(base)));
    expect(copy.entries).toEqual(base.entries);
    expect(() => StateKnowledgeBase.fromJson([{ state: 1 }])).toThrow(UserError);
  });

  it("votes by shares among the nearest states after the same kind of action", () => {
    expect([...BASE.votes("nothing is found", "", 2)]).toEqual([["go to shelf", 1]]);
    expect(BASE.votes("nothing is found", "", 9)).toEqual(new Map([["go to shelf", expect.closeTo(2 / 3)], ["go to desk", expect.closeTo(1 / 3)]])); // prettier-ignore
    expect(BASE.votes("nothing is found", "open drawer", 9).size).toBe(0);
  });

  it.each([
    ["click[B000VOHH8I]", "click"],
    ["click[Buy Now]", "click buy now"],
    ["click[Next >]", "click next >"],
    ["search[a [b] c]", "search"],
  ])("takes the shop's %j for %j", (command, kind) => {
    expect(shopProfile().kind(command)).toBe(kind);
  });
});
