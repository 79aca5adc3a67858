import { describe, expect, it } from "vitest";
import { scriptedAnswers, scriptedModel } from "../../llm/index.ts";
import type { StepPair } from "../../trajectory/index.ts";
import { sameHouseholdAction } from "./actions.ts";
import { householdPairs } from "./household-pairs.ts";
import { HOUSEHOLD_INSTRUCTION, instructed, RECONSIDER_HOUSEHOLD, shopTwoShot } from "./prompts.ts";
import { reflectionMessages, reflectOnPairs } from "./reflect.ts";
import { samplePairs } from "./sample-pairs.ts";
import { labelSteps, situationOf } from "./situation.ts";
import { gameOf, goldGames, slippingModel } from "./test-target.ts";

const gold = goldGames(30);
const stubborn = (task: string): boolean => task.length % 2 === 0;
const { model, requests } = slippingModel(
  (action, turn) => (turn > 1 && /^go/.test(action) ? "go to bed 77" : null),
  stubborn,
);

async function pairs(): Promise<readonly StepPair[]> {
  const prompt = () => instructed(HOUSEHOLD_INSTRUCTION);
  const options = { target: { model }, environment: gameOf, prompt };
  return (await samplePairs({ gold, sample: (each, index) => householdPairs(each, index, options) })).pairs;
}
const shopPair = (reward = 1): StepPair => ({
  id: 7,
  step: 1,
  golden_action: "Thought: t\nAction: click[Red]",
  explore_action: "Thought: t\nAction: click[Blue]",
  golden_traj: [
    { role: "user", content: "page" },
    { role: "assistant", content: "Thought: t\nAction: click[Red]" },
  ],
  explore_traj: [
    { role: "user", content: "page" },
    { role: "assistant", content: "Thought: t\nAction: click[Blue]" },
  ],
  full_golden_traj: [],
  reward,
});

describe("reflectOnPairs", () => {
  it("parts the pairs by whether second thoughts reach the gold action, asking once for each", async () => {
    const found = await pairs();
    requests.length = 0;
    const { right, wrong, unreadable } = await reflectOnPairs({
      pairs: found,
      target: { model },
      domain: "household",
      parallel: 4,
    });
    expect(requests.length).toBe(found.length);
    expect(unreadable).toEqual([]);
    expect(right.length).toBeGreaterThan(5);
    expect(wrong.length).toBeGreaterThan(5);
    expect(right.every(({ full_golden_traj }) => !stubborn(full_golden_traj[0].content))).toBe(true);
    for (const { golden_action, reflection } of right)
      expect(sameHouseholdAction(golden_action, reflection!)).toBe(true);
    for (const { golden_action, reflection } of wrong)
      expect(sameHouseholdAction(golden_action, reflection!)).toBe(false);
    for (const pair of found) expect(pair.reflection).toBeUndefined();
  });

  it("labels every gold step by what came out", async () => {
    const found = await reflectOnPairs({ pairs: await pairs(), target: { model }, domain: "household" });
    const counts = { fast: 0, slow: 0, knowledgeable: 0 };
    for (const trajectory of gold) {
      const labels = labelSteps(trajectory, found);
      expect(labels.length).toBe(trajectory.steps);
      for (const { situation, pair } of labels) {
        counts[situation]++;
        const texts = pair && { gold: pair.golden_action, predicted: pair.explore_action, rethought: pair.reflection };
        expect(situation).toBe(texts ? situationOf(texts, sameHouseholdAction) : "fast");
      }
    }
    expect(counts.slow).toBe(found.right.length);
    expect(counts.knowledgeable).toBe(found.wrong.length);
  });

  it("puts the request in the place of the household's answer", () => {
    const pair: StepPair = {
      ...shopPair(),
      explore_traj: [...shopPair().explore_traj, { role: "user", content: "Observation: Nothing happens." }],
    };
    const messages = reflectionMessages(pair, { domain: "household", prompt: () => instructed("I") });
    expect(messages.map(({ content }) => content)).toEqual([
      "I",
      "OK",
      "page",
      pair.explore_action,
      RECONSIDER_HOUSEHOLD,
    ]);
  });

  it("names the last action in the shop, and asks up to three times there", async () => {
    const messages = reflectionMessages(shopPair(), { domain: "shop" });
    expect(messages.slice(0, -3)).toEqual(shopTwoShot());
    expect(messages.at(-1)?.content).toContain("Your last action was click[blue]\n");
    const seeds: (number | undefined)[] = [];
    const answers = ["none", "Nothing", "Thought: t\nAction: click[red]"];
    const third = scriptedModel("third", (_, { seed }) => {
      seeds.push(seed);
      return answers[seeds.length - 1];
    });
    const shop = { domain: "shop", pairs: [shopPair()] } as const;
    expect(await reflectOnPairs({ ...shop, target: { model: third } })).toMatchObject({
      right: [{ id: 7 }],
      wrong: [],
    });
    expect(seeds).toEqual([undefined, 1, 2]);
    const never = { model: scriptedAnswers("mute", ["hm"]) };
    expect((await reflectOnPairs({ ...shop, target: never })).unreadable.length).toBe(1);
  });

  it("stops on request and on errors", async () => {
    const target = { model: scriptedModel("broken", () => Promise.reject(new Error("no server"))) };
    await expect(reflectOnPairs({ pairs: [shopPair()], domain: "shop", target })).rejects.toThrow("no server");
    const aborted = { pairs: [shopPair()], domain: "shop", target, signal: AbortSignal.abort() } as const;
    await expect(reflectOnPairs(aborted)).rejects.toThrow("stopped after 0 of 1");
  });
});
