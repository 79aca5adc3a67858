import { describe, expect, it } from "vitest";
import { createHouseholdGenerator, createShopGenerator, Household, PlacementPrior } from "../../environments/index.ts";
import { playEpisode } from "../episode.ts";
import type { Turn } from "../../trajectory/index.ts";
import { SearchTeacher } from "../household/index.ts";
import { Shopper } from "../shop/index.ts";
import { householdExamples, householdProfile } from "./household-profile.ts";
import { KnowAgent } from "./know-agent.ts";
import { KnowSelfAgent, type KnowledgeMode } from "./knowself-agent.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { promptOf } from "./profile.ts";
import { ReActAgent } from "./react.ts";
import { scriptedPlayer, type ScriptedPlayerOptions } from "./scripted-chat-model.ts";
import { shopExample, shopProfile } from "./shop-profile.ts";
import { toldEpisode } from "./told-episode.ts";

const GAMES = createHouseholdGenerator({ seed: 5, split: "train" });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 60 }, (_, index) => GAMES.game(index)));
const SHOP = createShopGenerator({ seed: 0, split: "train" });
const player = (shares: Partial<ScriptedPlayerOptions> = {}) =>
  scriptedPlayer({ teachers: { household: () => new SearchTeacher(PRIOR), shop: () => new Shopper() }, ...shares });
const NEVER = { slips: 0, slipsIfConfused: 0 };
const ALWAYS = { slips: 1, slipsIfConfused: 1 };
const household = { ...householdProfile(), examples: householdExamples() };
const shop = { ...shopProfile(), examples: [shopExample()] };

describe("scripted player", () => {
  it("is no language model", () => expect(player().name).toBe("scripted player"));

  it("plays as its teachers do, behind instructions and examples", async () => {
    const model = player(NEVER);
    for (let index = 0; index < 4; index++) {
      const played = await playChatEpisode(
        new Household(GAMES.game(index)),
        new ReActAgent({ model, profile: household }),
        {
          ...{ stepLimit: 40, seed: 0 },
        },
      );
      expect(played).toMatchObject({ success: true, invalid: 0 });
      const bought = await playChatEpisode(SHOP.environment(index), new ReActAgent({ model, profile: shop }), {
        ...{ stepLimit: 10, seed: 0, environment: "shop" },
      });
      const atFirstHand = playEpisode(SHOP.environment(index), new Shopper(), { stepLimit: 10, seed: 0 });
      expect(bought.turns.map(({ action }) => action)).toEqual(atFirstHand.turns.map(({ action }) => action));
    }
  });

  it("goes on after an objection", async () => {
    const knowledge = (): string => "look -> look"; // objects to every action
    const agent = new KnowAgent({ model: player(NEVER), profile: shop, knowledge });
    const { turns } = await playChatEpisode(SHOP.environment(0), agent, { stepLimit: 3, seed: 0 });
    expect(turns.filter(({ action }) => action?.startsWith("search["))).toHaveLength(1);
    expect(turns.some(({ action }) => action === "look")).toBe(false);
  });

  it.each<[KnowledgeMode, number]>([
    ["adaptive", 0.3],
    ["always", 1],
    ["never", 0],
  ])("errs, asks and thinks again where KnowSelf's tokens are in use (%s)", async (mode, least) => {
    const model = player(ALWAYS);
    const ask = (): Promise<string> => Promise.resolve("When lost, go on.");
    const agent = new KnowSelfAgent({ model, profile: householdProfile(), ask, mode });
    const turns: Turn[] = [];
    for (let index = 0; index < 6; index++) {
      const played = await playChatEpisode(new Household(GAMES.game(index)), agent, { stepLimit: 20, seed: 0 });
      turns.push(...played.turns.filter(({ role }) => role === "assistant"));
    }
    const share = (of: typeof turns): number => of.length / turns.length;
    const told = turns.filter(({ knowledge }) => knowledge !== undefined);
    expect(share(told)).toBeGreaterThanOrEqual(least);
    if (mode === "never") expect(told).toHaveLength(0);
    // Told a rule it does not err.
    expect(told.some(({ thought }) => thought === "I try this")).toBe(false);
    const again = turns.filter(({ reconsidered }) => reconsidered);
    expect(again.length > 0).toBe(mode !== "always");
    for (const { action, reconsidered } of again) expect(action).not.toBe(reconsidered!.action);
  });

  it("gives equal answers to equal requests, whoever asks", async () => {
    const messages = promptOf(household, [{ role: "user", content: new Household(GAMES.game(9)).reset() }]);
    const ask = () => player({ slips: 0.5 }).chat(messages, { stop: ["\nObservation:"] });
    expect(await ask()).toEqual(await ask());
  });
});

it("an episode is found behind examples, and goes back to its start page", () => {
  const environment = SHOP.environment(1);
  const page = environment.reset();
  const results = environment.step("search[chair]").observation;
  const again = environment.step("click[back to search]").observation;
  const said = (action: string) => ({ role: "assistant" as const, content: `Action: ${action}` });
  const seen = (content: string) => ({ role: "user" as const, content });
  const turns = [seen(page), said("search[chair]"), seen(results), said("click[Back to Search]"), seen(again)];
  const told = toldEpisode(promptOf(shop, turns))!;
  expect(told.first).toBe(page);
  expect(told.steps).toEqual([
    { action: "search[chair]", observation: results },
    { action: "click[Back to Search]", observation: again },
  ]);
  expect(toldEpisode([{ role: "user", content: "Say something." }])).toBeNull();
});
