import { describe, expect, test } from "vitest";
import { createHouseholdGenerator, homeIn, nameEntities, PlacementPrior, type Home } from "../../environments/index.ts";
import { placeRule, readPlaceRule, type HouseholdRule } from "../../knowledge/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { earlierTrajectories, knownPlaces, livedIn, ruleFor } from "./households.ts";

const rooms = createHouseholdGenerator({ seed: 5, split: "train" });
const prior = PlacementPrior.fromGames(Array.from({ length: 100 }, (_, index) => rooms.game(1000 + index)));
const home = homeIn(rooms.game(3), { prior, seed: 1, hasOwnWays: true });

const rule = (id: string, text: string): HouseholdRule => ({
  ...{ id, rule: text, type: "Success Process" as const, household: "h", support: 1, places: {} },
});
const PEN = placeRule({ object: "pen", receptacles: ["drawer 1", "desk 1"] });
const LAMP = placeRule({ object: "desklamp", receptacles: ["shelf 1"] });
const RULES = [
  rule("rule_0", LAMP),
  rule("rule_1", PEN),
  rule("rule_2", placeRule({ object: "pen", receptacles: ["bed 1"] })),
];

describe("livedIn", () => {
  test("learns from earlier games, which nobody plays again", () => {
    const played: number[] = [];
    const watched: Home = { ...home, game: (index) => (played.push(index), home.game(index)) };
    const household = livedIn(watched, prior, 6);
    expect(played).toEqual([0, 1000, 1001, 1002, 1003, 1004, 1005]);
    expect(household).toMatchObject({ id: home.id, hasOwnWays: true });
    expect(household.rules.length).toBeGreaterThan(3);
    expect(new Set(household.rules.map((each) => each.household))).toEqual(new Set([home.id]));
    expect([household.game(0), household.game(2)]).toEqual([home.game(0), home.game(2)]);
    expect(livedIn(home, prior, 6).rules).toEqual(household.rules);
  });

  test("where things are kept in places of their own, its rules are right in later games", () => {
    const { rules, game } = livedIn(home, prior, 8);
    const facts = game(0);
    const names = nameEntities(facts).receptacles;
    const checked = rules.flatMap(({ rule: text }) => {
      const { object, receptacles } = readPlaceRule(text)!;
      const lying = facts.objects.filter(({ type, pickupable }) => type === object && pickupable);
      return lying.map((each) => receptacles.includes(names[each.in[0]]));
    });
    expect(checked.length).toBeGreaterThan(3);
    expect(checked.every(Boolean)).toBe(true);
  });

  test("its own game may be another than the household's", () => {
    const first = rooms.game(9);
    const household = livedIn(home, prior, 1, first);
    expect(household.game(0)).toBe(first);
    expect(household.game(1)).toEqual(home.game(1));
  });
});

test("the teacher plays the earlier games, one episode each", () => {
  const played = earlierTrajectories(home, prior, 3);
  expect(played.map(({ task, agent }) => [task.id, agent])).toEqual(
    [1000, 1001, 1002].map((index) => [home.game(index).id, "search-teacher"]),
  );
});

test("knownPlaces: the first rule about the object, or nothing", () => {
  expect(knownPlaces(RULES, "pen")).toEqual({ text: PEN, receptacles: ["drawer 1", "desk 1"] });
  expect(knownPlaces(RULES, "mug")).toBeNull();
  expect(knownPlaces([], "pen")).toBeNull();
  expect(knownPlaces([rule("rule_0", "Open what is closed.")], "pen")).toBeNull();
});

describe("ruleFor", () => {
  const told = (observation: string): Turn => ({ role: "user", content: observation });
  const did = (action: string): Turn => ({ role: "assistant", content: `Action: ${action}`, action });
  const start = (task: string): Turn =>
    told(`You are in the middle of a room. Looking quickly around you, you see a drawer 1, a desk 1, and a shelf 1.\n\nYour task is to: ${task}.`); // prettier-ignore

  test("the rule about what is searched for now; empty where nothing is searched or known", () => {
    const forTurns = ruleFor(RULES);
    const found = [start("look at pen under the desklamp"), did("go to desk 1"), told("You arrive at loc 2. On the desk 1, you see a pen 1.")]; // prettier-ignore
    const held = [...found, did("take pen 1 from desk 1"), told("You pick up the pen 1 from the desk 1.")];
    expect(forTurns(found.slice(0, 1))).toBe(PEN);
    expect(forTurns(found)).toBe("");
    expect(forTurns(held)).toBe(LAMP);
    expect(forTurns([start("put a mug in desk")])).toBe("");
    expect(ruleFor([])(found.slice(0, 1))).toBe("");
  });
});
