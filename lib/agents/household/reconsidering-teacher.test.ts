import { describe, expect, it } from "vitest";
import { createRandom } from "../../base/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { ReconsideringTeacher, type Doubts } from "./reconsidering-teacher.ts";

const ADMISSIBLE = ["go to bed 1", "go to desk 1", "open drawer 1", "look"];

/** Says these things, one after the other, and writes down what it hears. */
function scripted(...decisions: (Decision | null)[]): Agent & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    name: "scripted",
    heard,
    begin: (text) => void heard.push(text),
    act: () => decisions.shift() ?? null,
    observe: (action, observation) => void heard.push(`${action} -> ${observation}`),
  };
}
const doubting = (agent: Agent, probability: number, unfounded: number, seed = 1): ReconsideringTeacher =>
  new ReconsideringTeacher(agent, { random: createRandom(seed, "test"), probability, unfounded } satisfies Doubts);
const act = (agent: Agent): Decision | null => agent.act(() => ADMISSIBLE);
const SAID: Decision = { thought: "I need mug", action: "go to shelf 1" };

describe("ReconsideringTeacher", () => {
  it("has a careless command in mind, and carries out the right one", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { reconsidered, ...rest } = act(doubting(scripted(SAID), 1, 0, seed))!;
      expect(rest).toEqual({ ...SAID, prompted: true });
      expect(reconsidered!.reflection).toBe("I need mug");
      expect([...ADMISSIBLE.slice(0, 3), "open bed 1", "open desk 1"]).toContain(reconsidered!.action);
    }
  });

  it("stays with what it meant where the doubt is unfounded; a missing thought is an empty reflection", () => {
    expect(act(doubting(scripted({ action: "look" }), 1, 1))).toEqual({
      action: "look",
      reconsidered: { action: "look", reflection: "" },
      prompted: true,
    });
  });

  it("leaves alone what is not doubted, what asks for knowledge, and who gives up", () => {
    const told = { ...SAID, knowledge: "" };
    expect(act(doubting(scripted(SAID), 0, 0))).toEqual(SAID);
    expect(act(doubting(scripted(told), 1, 0))).toEqual(told);
    expect(act(doubting(scripted(), 1, 0))).toBeNull();
  });

  it("doubts so many of the turns, in so many without a mistake", () => {
    const decisions = Array.from({ length: 2000 }, () => SAID);
    const agent = doubting(scripted(...decisions), 0.3, 0.4);
    const doubted = decisions.flatMap(() => act(agent)!.reconsidered ?? []);
    expect(doubted.length / 2000).toBeCloseTo(0.3, 1);
    expect(doubted.filter(({ action }) => action === SAID.action).length / doubted.length).toBeCloseTo(0.4, 1);
  });

  it("passes on the name, the beginning and what was observed", () => {
    const inner = scripted();
    const agent = doubting(inner, 1, 0);
    agent.begin("A room.");
    agent.observe("look", "Nothing.");
    expect([agent.name, ...inner.heard]).toEqual(["scripted", "A room.", "look -> Nothing."]);
  });
});
