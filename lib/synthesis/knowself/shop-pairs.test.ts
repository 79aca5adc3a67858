import { describe, expect, it } from "vitest";
import { scriptedAnswers, scriptedModel } from "../../llm/index.ts";
import { parseStepPair, type Trajectory } from "../../trajectory/index.ts";
import { instructed, messagesOfExample, SHOP_INSTRUCTION, shopTwoShot } from "./prompts.ts";
import { shopPairs } from "./shop-pairs.ts";

const turns = shopTwoShot().slice(2, 10);
const said = turns.filter(({ role }) => role === "assistant").map(({ content }) => content);
const gold = (reward = 1): Trajectory => ({
  ...{ id: "12", environment: "shop", agent: "expert", seed: 0, turns: [...turns], reward, success: reward === 1 },
  task: { id: "12", type: "shop", source: "test", split: "train", goal: "" },
  ...{ steps: 4, invalid: 0, stop: "success", extra: { id: 12 } },
});
const prompt = instructed(SHOP_INSTRUCTION);

describe("shopPairs", () => {
  it("compares every step with the gold pages before it; of two searches neither counts", async () => {
    const requests: number[] = [];
    const model = scriptedModel("buyer", (messages) => {
      requests.push(messages.length);
      const step = (messages.length - 4 + 1) >> 1;
      return [
        "Thought: t\nAction: search[other]",
        said[1].toUpperCase().replace("ACTION:", "Action:"),
        "Action: click[red]",
        said[3],
      ][step];
    });
    const outcome = await shopPairs(gold(), 5, { target: { model }, prompt });
    expect(requests).toEqual([3, 5, 7, 9]);
    expect(outcome).toMatchObject({ same: 2, skipped: { search: 1 }, noFind: [] });
    const [pair] = outcome.pairs.map(parseStepPair);
    expect(outcome.pairs.length).toBe(1);
    expect(pair).toEqual({
      id: 12,
      step: 3,
      golden_action: said[2],
      explore_action: "Action: click[red]",
      golden_traj: turns.slice(0, 6),
      explore_traj: [...turns.slice(0, 5), { role: "assistant", content: "Action: click[red]" }],
      full_golden_traj: turns.slice(0, 8),
      idx: 5,
      reward: 1,
    });
  });

  it("drops gold below one half, and skips a step after three answers that cannot be read", async () => {
    const target = { model: scriptedAnswers("mute", ["hm"]) };
    expect((await shopPairs(gold(0.4), 0, { target, prompt })).dropped).toBe("reward 0.4 is below 0.5");
    const outcome = await shopPairs(gold(0.5), 0, { target, prompt });
    expect(outcome).toMatchObject({ pairs: [], skipped: { unparsable: 4 } });
  });
});

it("messagesOfExample parts an example where the speaker changes", () => {
  expect(messagesOfExample("room\n\nYour task\nThought: a\nAction: b\nObservation: c\nThought: d\nAction: e")).toEqual([
    { role: "user", content: "room\n\nYour task" },
    { role: "assistant", content: "Thought: a\nAction: b" },
    { role: "user", content: "Observation: c" },
    { role: "assistant", content: "Thought: d\nAction: e" },
  ]);
});
