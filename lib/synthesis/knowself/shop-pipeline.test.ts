import { expect, it } from "vitest";
import { playEpisode, Shopper } from "../../agents/index.ts";
import { createShopGenerator } from "../../environments/index.ts";
import { scriptedModel, type ChatMessage } from "../../llm/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { conversationOf } from "./conversation.ts";
import { knowSelfRpoRecords, rpoPairs } from "./preference-pairs.ts";
import { instructed, SHOP_INSTRUCTION } from "./prompts.ts";
import { reflectOnPairs } from "./reflect.ts";
import { samplePairs } from "./sample-pairs.ts";
import { knowSelfSftRecords, selfAwareTrajectories } from "./self-aware.ts";
import { shopPairs } from "./shop-pairs.ts";

const source = createShopGenerator({ seed: 3, split: "train" });
const gold = Array.from({ length: 25 }, (_, i): Trajectory =>
  playEpisode(source.environment(i), new Shopper(), { stepLimit: 10, seed: 0, environment: "webshop" }),
);

/** The shopper as a chat model that buys before it has chosen; told to think again, it does what it should. */
const hasty = scriptedModel("hasty shopper", (messages: readonly ChatMessage[]) => {
  const start = messages.findLastIndex(({ content }) => content.startsWith("WebShop [SEP] Instruction"));
  const again = messages.at(-1)!.content.includes("Your last action was");
  const turns = messages.slice(start + 1, again ? -2 : undefined);
  const shopper = new Shopper();
  shopper.begin(messages[start].content);
  for (let i = 0; i + 1 < turns.length; i += 2)
    shopper.observe(turns[i].content.split("Action: ").at(-1)!, turns[i + 1].content.replace("Observation: ", ""));
  const right = shopper.act()?.action ?? "click[back to search]";
  const page = messages.at(again ? -3 : -1)!.content;
  const action = !again && page.includes("Buy Now") ? "click[Buy Now]" : right;
  return `Thought: I see\nAction: ${action}`;
});

it("pairs, reflections, records and preferences of a generated shop", async () => {
  const target = { model: hasty };
  const prompt = instructed(SHOP_INSTRUCTION);
  const sample = (each: Trajectory, index: number) => shopPairs(each, index, { target, prompt });
  const report = await samplePairs({ gold, sample, parallel: 4 });
  const poor = gold.filter(({ reward }) => reward < 0.5).length;
  expect(report.dropped.length).toBe(poor);
  expect(report.used).toBe(25 - poor);
  expect(report.skipped.search).toBeGreaterThanOrEqual(report.used);
  expect(report.pairs.length).toBeGreaterThan(5);
  for (const pair of report.pairs) expect(pair.explore_action).toContain("click[Buy Now]");
  expect((await samplePairs({ gold, sample, limit: 4 })).pairs).toEqual(report.pairs.slice(0, 4));

  const { right, wrong } = await reflectOnPairs({ pairs: report.pairs, target, domain: "shop" });
  expect([right.length, wrong.length]).toEqual([report.pairs.length, 0]);
  const made = selfAwareTrajectories({ gold, knowledgeable: [], reflected: right });
  const slow = made.flatMap(({ turns }) => turns.filter(({ situation }) => situation === "slow"));
  expect(slow.length).toBe(right.length);
  // What the agent said first is its own; the published script puts the gold turn there.
  for (const { reconsidered } of slow) expect(reconsidered?.action).toBe("click[Buy Now]");
  const [record] = knowSelfSftRecords(made, SHOP_INSTRUCTION);
  expect(Object.keys(record)).toEqual(["id", "reward", "conversations"]);

  const explored = gold.map((each, i) => ({ ...each, reward: [0, each.reward, 2][i % 3] }));
  const pairs = rpoPairs({ gold: made, explored, domain: "shop" });
  const records = knowSelfRpoRecords(pairs, SHOP_INSTRUCTION, "shop");
  expect(new Set(records.map(({ from }) => from))).toEqual(new Set(["golden", "explore"]));
  const [first] = records;
  expect(first).toMatchObject({ id: gold[0].id, from: "golden", chosen_reward: gold[0].reward, rejected_reward: 0 });
  expect(first.chosen).toEqual(conversationOf(made[0]));
});
