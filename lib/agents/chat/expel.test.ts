import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scriptedAnswers, scriptedModel, type ChatMessage } from "../../llm/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { ExpelAgent } from "./expel.ts";
import { experiencePairs, gatherInsights } from "./gather-insights.ts";
import { householdProfile } from "./household-profile.ts";
import { InsightList, type InsightCall } from "./insights.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { mugRoom } from "./test-games.ts";
import { TextIndex } from "./text-index.ts";

const add = (text: string): InsightCall => ({ operation: "ADD", number: null, text });
const call = (operation: InsightCall["operation"], number: number, text: string | null = null): InsightCall => ({
  ...{ operation, number, text },
});

describe("the list of insights", () => {
  it("keeps count of what speaks for each, and drops what nothing speaks for", () => {
    const list = new InsightList(3);
    expect(list.apply([add(" Look  first. "), add("Take it."), add("Look first.")])).toEqual([
      ...["ADD: done", "ADD: done", "ADD: it is in the list"],
    ]);
    list.apply([call("AGREE", 2), call("EDIT", 1, "Look around first.")]);
    expect(list.insights).toEqual([
      { text: "Look around first.", support: 3 },
      { text: "Take it.", support: 3 },
    ]);
    list.apply([call("REMOVE", 1)]);
    list.apply([call("REMOVE", 2), call("REMOVE", 2)]);
    expect(list.insights).toEqual([{ text: "Take it.", support: 3 }]);
  });

  it("takes no more when full, and there a removal counts three times", () => {
    const list = new InsightList(1);
    list.apply([add("a")]);
    expect(list.apply([add("b"), call("AGREE", 1), call("REMOVE", 1)])).toEqual([
      ...["ADD: the list is full (1)", "AGREE 1: done", "REMOVE 1: done"],
    ]);
    expect(list.insights).toEqual([]);
  });

  it("reports calls that mean nothing, and changes nothing", () => {
    const list = new InsightList(5, [{ text: "a", support: 2 }]);
    expect(list.apply([call("AGREE", 2), call("EDIT", 1, " "), call("REMOVE", 0), add("")])).toEqual([
      ...["AGREE: there is no insight 2", "EDIT 1: no text", "REMOVE: there is no insight 0", "ADD: no text"],
    ]);
    expect(list.insights).toEqual([{ text: "a", support: 2 }]);
  });

  it("never outgrows its limit, and never keeps what has no support", () => {
    const anyCall = fc.record({
      operation: fc.constantFrom("ADD" as const, "EDIT" as const, "AGREE" as const, "REMOVE" as const),
      number: fc.option(fc.integer({ min: -1, max: 5 })),
      text: fc.option(fc.constantFrom("", "a", "b", "c", "d", "e")),
    });
    fc.assert(
      fc.property(fc.array(fc.array(anyCall, { maxLength: 4 })), (answers) => {
        const list = new InsightList(3);
        for (const calls of answers) {
          expect(list.apply(calls)).toHaveLength(calls.length);
          expect(list.insights.length).toBeLessThanOrEqual(3);
          expect(list.insights.every(({ support, text }) => support > 0 && text !== "")).toBe(true);
        }
      }),
    );
  });
});

/** An episode of a task in which this was said. */
function episode(id: string, goal: string, success: boolean, action = "look"): Trajectory {
  return {
    id: `${id}/${success}`,
    environment: "household",
    task: { id, type: "pick_and_place_simple", source: "generated", split: "train", goal },
    ...{ agent: "react", seed: 0, reward: success ? 1 : 0, success, steps: 1, invalid: 0 },
    stop: success ? "success" : "step_limit",
    turns: [
      { role: "user", content: `Your task is to: ${goal}.` },
      { role: "assistant", content: `Thought: t\nAction: ${action}`, thought: "t", action },
      { role: "user", content: "Done." },
    ],
  };
}

const EXPERIENCE = [
  episode("a", "put a mug in desk", false, "open desk 1"),
  episode("a", "put a mug in desk", true),
  episode("b", "cool some apple and put it in fridge", true),
  episode("c", "put a mug in shelf", true, "go to shelf 1"),
  episode("d", "put two cds in safe", false),
];

describe("insights from experience", () => {
  it("are asked for pair by pair and then over won episodes, as JSON after a schema", async () => {
    const asked: (readonly ChatMessage[])[] = [];
    const answers = [
      { changes: [add("Look first.")] },
      "no JSON",
      "no JSON",
      { changes: [call("AGREE", 1), call("AGREE", 7)] },
    ];
    const model = scriptedModel("judge", (messages, { schema, temperature }) => {
      expect(schema).toMatchObject({ type: "object", required: ["changes"], additionalProperties: false });
      expect(temperature).toBe(0);
      asked.push(messages);
      return JSON.stringify(answers[asked.length - 1]);
    });
    const options = { model, profile: householdProfile(), experience: EXPERIENCE, together: 2 };
    const { insights, history } = await gatherInsights(options);
    expect(experiencePairs(EXPERIENCE).map(({ lost, won }) => [lost.id, won.id])).toEqual([["a/false", "a/true"]]);
    expect(history.map(({ shown }) => shown)).toEqual([["a/false", "a/true"], ["a/true", "b/true"], ["c/true"]]);
    expect(history[1].reports).toEqual([expect.stringContaining("expected object, received string")]);
    expect(history[2].reports).toEqual(["AGREE 1: done", "AGREE: there is no insight 7"]);
    expect(insights).toEqual([{ text: "Look first.", support: 3 }]);
    expect(asked[0][1].content).toContain("A lost episode:\nYour task is to: put a mug in desk.\n\nThought: t\nAction: open desk 1"); // prettier-ignore
    expect(asked[0][1].content).toContain("The insights so far:\n(none)");
    expect(asked[3][1].content).toContain("The insights so far:\n1. Look first.");
  });

  it("stand in the agent's instruction, and the most similar won tasks are its examples", async () => {
    const prompts: (readonly ChatMessage[])[] = [];
    const scripted = scriptedAnswers("actor", ["Action: look"]);
    const model = { ...scripted, chat: (messages: readonly ChatMessage[]) => (prompts.push(messages), scripted.chat(messages)) }; // prettier-ignore
    const own = { ...EXPERIENCE[1], id: "own", task: { ...EXPERIENCE[1].task, id: "small" } };
    const agent = new ExpelAgent({
      ...{
        model,
        profile: householdProfile(),
        insights: ["Look first.", "Take it."],
        experience: [own, ...EXPERIENCE],
      },
    });
    const { extra, agent: name } = await playChatEpisode(mugRoom(), agent, { stepLimit: 1, seed: 0 });
    expect(name).toBe("expel");
    expect(extra).toEqual({ retrieved: ["a/true", "c/true"] }); // never the very task
    const [{ content: instruction }, , second, , first] = prompts[0];
    expect(instruction.endsWith("What earlier tasks have taught:\n1. Look first.\n2. Take it.")).toBe(true);
    expect(second.content).toContain("put a mug in shelf");
    expect(first.content).toContain("put a mug in desk");
    expect(prompts[0]).toHaveLength(2 + 2 * 2 + 1);
  });
});

describe("likeness of texts", () => {
  it("weighs rare words more, and is 1 for the same words", () => {
    const index = new TextIndex(["put a mug in desk", "put a pen in desk", "put a mug in bed"]);
    const found = index.nearest("put a mug in desk");
    expect(found[0]).toEqual({ index: 0, likeness: expect.closeTo(1) as number });
    expect(found.map(({ index: at }) => at)).toEqual([0, 1, 2]); // "mug" and "desk" are as rare
    expect(index.nearest("a pen, please")[0].index).toBe(1);
  });

  it("of a text without known words is 0 everywhere", () => {
    expect(new TextIndex(["a b", ""]).nearest("!?")).toEqual([
      { index: 0, likeness: 0 },
      { index: 1, likeness: 0 },
    ]);
  });
});
