import { expect, it } from "vitest";
import {
  createHouseholdGenerator,
  createShopGenerator,
  Household,
  PlacementPrior,
  Shop,
  WORDINGS,
} from "../../environments/index.ts";
import type { ChatModel } from "../../llm/index.ts";
import { playEpisode } from "../episode.ts";
import { SearchTeacher } from "../household/index.ts";
import { Shopper } from "../shop/index.ts";
import { householdProfile } from "./household-profile.ts";
import { KnowSelfAgent } from "./knowself-agent.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { ReActAgent } from "./react.ts";
import { shopProfile } from "./shop-profile.ts";
import { teacherModel } from "./test-teacher-model.ts";

const TRAIN = createHouseholdGenerator({ seed: 11, split: "train" });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 100 }, (_, index) => TRAIN.game(index)));
const GAMES = createHouseholdGenerator({ seed: 11, split: "test" });

it.each(WORDINGS)(
  "a teacher that reads and writes messages wins households as it does at first hand (%s)",
  async (wording) => {
    for (let index = 0; index < 6; index++) {
      const household = new Household(GAMES.game(index), { wording });
      const agent = new ReActAgent({
        model: teacherModel(() => new SearchTeacher(PRIOR)),
        profile: householdProfile({ wording }),
      });
      const played = await playChatEpisode(household, agent, { stepLimit: 40, seed: 0 });
      expect(played).toMatchObject({ success: true, invalid: 0 });
      if (wording !== "2.1.1") continue;
      const atFirstHand = playEpisode(household, new SearchTeacher(PRIOR), { stepLimit: 40, seed: 0 });
      expect(played.turns).toEqual(atFirstHand.turns);
    }
  },
);

it("a shopper that reads and writes messages buys in the real shop what it buys at first hand", async () => {
  const source = createShopGenerator({ seed: 0, split: "test" });
  for (let index = 0; index < 6; index++) {
    const shop = new Shop(source.catalogue, source.goal(index));
    const agent = new ReActAgent({ model: teacherModel(() => new Shopper()), profile: shopProfile() });
    const played = await playChatEpisode(shop, agent, { stepLimit: 15, seed: 0, environment: "shop" });
    const atFirstHand = playEpisode(shop, new Shopper(), { stepLimit: 15, seed: 0, environment: "shop" });
    expect(played.turns.map(({ action }) => action)).toEqual(atFirstHand.turns.map(({ action }) => action));
    expect(played.reward).toBe(atFirstHand.reward);
    expect(played.success).toBe(played.reward === 1);
  }
});

it("KnowSelf's inference in the real shop asks with the last page alone", async () => {
  const source = createShopGenerator({ seed: 0, split: "test" });
  const teacher = teacherModel(() => new Shopper());
  // Asks before every second action.
  const asking: ChatModel = {
    ...teacher,
    chat: async (messages, options) => {
      const isGiven = messages.at(-1)!.content.endsWith("</knowledge>\n");
      const answer = await teacher.chat(isGiven ? messages.slice(0, -1) : messages, options);
      const steps = messages.filter(({ role }) => role === "assistant").length - 1;
      return isGiven || steps % 2 === 1
        ? answer
        : { ...answer, text: "[Knowledge]<knowledge>?</knowledge>\nAction: no" };
    },
  };
  const seen: string[][] = [];
  const agent = new KnowSelfAgent({
    model: asking,
    profile: shopProfile(),
    ask: (_, turns) => {
      seen.push(turns.filter(({ role }) => role === "user").map(({ content }) => content));
      return Promise.resolve("When the price fits, the agent should look at the options.");
    },
  });
  const { turns } = await playChatEpisode(new Shop(source.catalogue, source.goal(0)), agent, {
    stepLimit: 10,
    seed: 0,
  });
  const situations = turns.flatMap(({ situation }) => (situation ? [situation] : []));
  situations.forEach((situation, i) => expect(situation).toBe(i % 2 === 0 ? "knowledgeable" : "fast"));
  expect(seen.length).toBeGreaterThan(1);
  for (const observations of seen) {
    expect(observations.slice(0, -1).every((text) => text === "...")).toBe(true);
    expect(observations.at(-1)).toContain("Instruction: [SEP]");
  }
});
