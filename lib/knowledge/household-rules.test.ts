import { describe, expect, it } from "vitest";
import { playEpisode, SearchTeacher } from "../agents/index.ts";
import {
  createHouseholdGenerator,
  homeIn,
  nameEntities,
  Household,
  PlacementPrior,
  smallGame,
  type HouseholdFacts,
} from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { induceHouseholdRules, readPlaceRule, RuleBase, rulesIn, type HouseholdRule } from "./index.ts";

const rooms = createHouseholdGenerator({ seed: 11, split: "train" });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 200 }, (_, index) => rooms.game(index)));
const play = (facts: HouseholdFacts): Trajectory =>
  playEpisode(new Household(facts), new SearchTeacher(PRIOR), { stepLimit: 40, seed: 0 });

describe("induceHouseholdRules", () => {
  it("counts where things lay before they were touched, and says the household", () => {
    const first = play(smallGame({ receptacles: { "bed 1": [], "desk 1": [], "drawer 1": ["pen"], "shelf 1": ["cd"] }, task: "put a pen in shelf" })); // prettier-ignore
    const second = play(smallGame({ receptacles: { "bed 1": [], "desk 1": ["pen"], "drawer 1": ["pen"], "shelf 1": [] }, task: "put two pen in shelf" })); // prettier-ignore
    const base = induceHouseholdRules([first, second], { household: "home-7", places: "types" });
    expect(base.rules[0]).toEqual({
      id: "rule_0",
      rule: "When the agent needs a pen, the agent should look in a drawer or on a desk first.",
      type: "Success Process",
      household: "home-7",
      support: 3,
      places: { drawer: 2, desk: 1 },
    });
    expect(RuleBase.from(JSON.parse(JSON.stringify(base))).rules).toEqual(base.rules);
    const [named] = induceHouseholdRules([first], { household: "home-7" }).rules;
    expect(named.rule).toBe("When the agent needs a pen, the agent should look in drawer 1 first.");
  });

  it("puts what tasks asked for first, keeps to its limit, and leaves out what nobody can carry", () => {
    const game = play(
      smallGame({ receptacles: { "desk 1": ["cd", "cd", "cd", "houseplant"], "drawer 1": ["pen"], "shelf 1": [] }, task: "put a pen in shelf" }), // prettier-ignore
    );
    const base = induceHouseholdRules([game, game], { household: "h" });
    expect(base.rules.map(({ rule }) => readPlaceRule(rule)!.object)).toEqual(["pen", "cd"]);
    expect(induceHouseholdRules([game], { household: "h", limit: 1 }).rules).toHaveLength(1);
    expect(induceHouseholdRules([], { household: "h" }).rules).toEqual([]);
  });

  it.each(["types", "receptacles"] as const)("finds the places (%s) of a household with ways of its own", (places) => {
    const home = homeIn(rooms.game(3), { prior: PRIOR, seed: 1, hasOwnWays: true });
    const games = Array.from({ length: 30 }, (_, index) => home.game(index));
    const base = induceHouseholdRules(games.map(play), { household: home.id, places });
    expect(base.rules.length).toBeGreaterThan(5);
    let [right, all] = [0, 0];
    for (let index = 100; index < 110; index++) {
      const game = home.game(index);
      const { receptacles: names } = nameEntities(game);
      for (const { rule, support } of base.rules as HouseholdRule[]) {
        const { object, receptacles } = readPlaceRule(rule)!;
        if (support < 10) continue;
        for (const {
          type,
          in: [place],
        } of game.objects) {
          if (type !== object || place === undefined) continue;
          all++;
          if (receptacles.includes(places === "types" ? game.receptacles[place].type : names[place])) right++;
        }
      }
    }
    expect(all).toBeGreaterThan(30);
    expect(right / all).toBeGreaterThan(0.9);
  });

  it("reads turns in KnowSelf's form as well", () => {
    const trajectory = play(smallGame({ receptacles: { "desk 1": [], "drawer 1": ["pen"], "shelf 1": [] }, task: "put a pen in shelf" })); // prettier-ignore
    const turns = trajectory.turns.map(({ role, content }, index) => ({
      role,
      content:
        role === "user" && index > 0 ? `Observation: ${content.replace(/^You arrive at loc \d+\. /, "")}` : content,
    }));
    const plain = induceHouseholdRules([{ ...trajectory, turns }], { household: "h" });
    expect(JSON.stringify(plain)).toBe(JSON.stringify(induceHouseholdRules([trajectory], { household: "h" })));
    expect(plain.rules).toHaveLength(1);
  });
});

it("rulesIn gives general rules and those of one household", () => {
  const rule = (id: string, household?: string) => ({
    id,
    rule: "A",
    type: "Error" as const,
    ...(household && { household }),
  });
  const rules = [rule("rule_0"), rule("rule_1", "a"), rule("rule_2", "b")];
  expect(rulesIn("b", rules).map(({ id }) => id)).toEqual(["rule_0", "rule_2"]);
});
