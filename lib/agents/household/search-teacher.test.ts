import { describe, expect, it } from "vitest";
import { testDataFolder, createRandom, UserError } from "../../base/index.ts";
import {
  createHouseholdGenerator,
  findSplit,
  Household,
  loadGames,
  PlacementPrior,
  type Environment,
  smallGame,
  type HouseholdFacts,
  type SmallGame,
} from "../../environments/index.ts";
import { playEpisode } from "../episode.ts";
import { SearchTeacher } from "./search-teacher.ts";
import { carelessCommand } from "./slips.ts";

const usual = createHouseholdGenerator({ seed: 11, split: "train" });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 300 }, (_, index) => usual.game(index)));
const TEST = createHouseholdGenerator({ seed: 11, split: "test" });

/** Only text comes out of it: an agent that wins here has read everything it knows. */
function textOnly(facts: HouseholdFacts): Environment {
  const household = new Household(facts);
  return {
    task: household.task,
    reset: () => household.reset(),
    step: (action) => household.step(action),
    actions: () => {
      throw new Error("the teacher asked for the admissible commands");
    },
    clone: () => {
      throw new Error("the teacher tried things out");
    },
  };
}

/** Thoughts and actions of the teacher in a small room. */
function play(game: SmallGame, slips: readonly (readonly [number, string])[] = []): string[] {
  let turn = 0;
  const forced = new Map(slips);
  const { turns, success } = playEpisode(
    textOnly(smallGame(game)),
    teacherWith(forced, () => turn++),
    {
      stepLimit: 30,
      seed: 0,
    },
  );
  expect(success).toBe(true);
  return turns.filter(({ role }) => role === "assistant").map(({ thought, action }) => `${thought}: ${action}`);
}

/** The teacher, made to slip at certain turns. */
function teacherWith(forced: ReadonlyMap<number, string>, nextTurn: () => number) {
  const teacher = new SearchTeacher(PRIOR);
  return {
    name: "teacher",
    begin: (text: string) => teacher.begin(text),
    observe: (action: string, observation: string) => teacher.observe(action, observation),
    act: () => {
      const slip = forced.get(nextTurn());
      return slip === undefined ? teacher.act() : { thought: "oops", action: slip };
    },
  };
}

describe("SearchTeacher", () => {
  it("searches by chance and cost, in the order of the list, and opens what is closed", () => {
    expect(
      play({
        receptacles: { "bed 1": [], "desk 1": [], "drawer 2": [], "drawer 1": ["pen"], "safe 1": [], "shelf 1": [] },
        task: "put a pen in shelf",
      }),
    ).toEqual([
      "I need pen: go to desk 1",
      "I need pen: go to drawer 2",
      "I need pen: open drawer 2",
      "I need pen: go to drawer 1",
      "I need pen: open drawer 1",
      "I need pen: take pen 1 from drawer 1",
      "I need shelf: go to shelf 1",
      "I need shelf: put pen 1 in/on shelf 1",
    ]);
  });

  it("examines a receptacle to which it cannot go because it is there already", () => {
    expect(
      play({
        receptacles: { "bed 1": [], "desk 2": [], "desk 1": ["pen"], "shelf 1": [] },
        together: [["desk 2", "desk 1"]],
        task: "put a pen in shelf",
      }),
    ).toEqual([
      "I need pen: go to desk 2",
      "I need pen: go to desk 1",
      "I need pen: examine desk 1",
      "I need pen: take pen 1 from desk 1",
      "I need shelf: go to shelf 1",
      "I need shelf: put pen 1 in/on shelf 1",
    ]);
  });

  it("heats at the microwave without opening it and opens a closed target", () => {
    expect(
      play({
        receptacles: { "cabinet 1": [], "countertop 1": ["mug"], "microwave 1": [], "stoveburner 1": [] },
        task: "put a hot mug in cabinet",
      }),
    ).toEqual([
      "I need mug: go to countertop 1",
      "I need mug: take mug 1 from countertop 1",
      "I need microwave: go to microwave 1",
      "I need microwave: heat mug 1 with microwave 1",
      "I need cabinet: go to cabinet 1",
      "I need cabinet: open cabinet 1",
      "I need cabinet: put mug 1 in/on cabinet 1",
    ]);
  });

  it("puts two objects into one receptacle", () => {
    expect(
      play({
        receptacles: { "sofa 2": [], "sofa 1": [], "coffeetable 1": ["pillow"], "armchair 1": ["pillow"] },
        task: "find two pillow and put them in sofa",
      }).slice(-4),
    ).toEqual([
      expect.stringMatching(/^I need another pillow: go to/),
      expect.stringMatching(/^I need another pillow: take pillow/),
      "I need sofa: go to sofa 2",
      expect.stringMatching(/^I need sofa: put pillow \d in\/on sofa 2$/),
    ]);
  });

  it("searches for the lamp with the object in hand", () => {
    expect(
      play({
        receptacles: { "bed 1": ["book"], "dresser 1": [], "sidetable 1": ["desklamp"] },
        task: "look at book under the desklamp",
      }).slice(-3),
    ).toEqual(
      expect.arrayContaining(["I need desklamp: go to sidetable 1", "I need desklamp: use desklamp 1"]) as string[],
    );
  });

  it("drops a wrong object where it took it, and goes on", () => {
    expect(
      play({ receptacles: { "bed 1": [], "desk 1": ["cd", "pen"], "shelf 1": [] }, task: "put a pen in shelf" }, [
        [1, "take cd 1 from desk 1"],
      ]),
    ).toEqual([
      "I need pen: go to desk 1",
      "oops: take cd 1 from desk 1",
      "I should drop this: put cd 1 in/on desk 1",
      "I need pen: take pen 1 from desk 1",
      "I need shelf: go to shelf 1",
      "I need shelf: put pen 1 in/on shelf 1",
    ]);
  });

  it("takes an object back that was put into the target untreated", () => {
    const game = {
      receptacles: { "countertop 1": ["mug"], "coffeemachine 1": [], "sinkbasin 1": [], "stoveburner 1": [] },
      task: "clean some mug and put it in coffeemachine",
    };
    const slips = [
      [2, "go to coffeemachine 1"],
      [3, "put mug 1 in/on coffeemachine 1"],
    ] as const;
    expect(play(game, slips).slice(1)).toEqual([
      "I need mug: take mug 1 from countertop 1",
      "oops: go to coffeemachine 1",
      "oops: put mug 1 in/on coffeemachine 1",
      "I need mug: take mug 1 from coffeemachine 1",
      "I need sinkbasin: go to sinkbasin 1",
      "I need sinkbasin: clean mug 1 with sinkbasin 1",
      "I need coffeemachine: go to coffeemachine 1",
      "I need coffeemachine: put mug 1 in/on coffeemachine 1",
    ]);
  });

  it("opens again what was closed by mistake", () => {
    const game = { receptacles: { "bed 1": [], "drawer 1": ["pen"], "shelf 1": [] }, task: "put a pen in shelf" };
    expect(play(game, [[2, "close drawer 1"]])).toEqual([
      "I need pen: go to drawer 1",
      "I need pen: open drawer 1",
      "oops: close drawer 1",
      "I need pen: open drawer 1",
      "I need pen: take pen 1 from drawer 1",
      "I need shelf: go to shelf 1",
      "I need shelf: put pen 1 in/on shelf 1",
    ]);
  });

  it("gives up when it has looked everywhere", () => {
    const facts = smallGame({ receptacles: { "bed 1": [], "desk 1": ["cd"] }, task: "put a pen in desk" });
    const { stop, success } = playEpisode(textOnly(facts), new SearchTeacher(PRIOR), { stepLimit: 30, seed: 0 });
    expect([stop, success]).toEqual(["gave_up", false]);
  });

  it("refuses a first observation that it cannot read", () => {
    expect(() => new SearchTeacher(PRIOR).begin("Welcome.")).toThrow(UserError);
  });

  it("wins generated test games from the texts alone", () => {
    const teacher = new SearchTeacher(PRIOR);
    const episodes = Array.from({ length: 300 }, (_, index) => {
      return playEpisode(textOnly(TEST.game(index)), teacher, { stepLimit: 40, seed: 0 });
    });
    const won = episodes.filter((episode) => episode.success);
    expect(won.length / 300).toBeGreaterThanOrEqual(0.97);
    expect(won.reduce((sum, episode) => sum + episode.steps, 0) / won.length).toBeLessThan(9.5);
  });

  it("recovers from slips", () => {
    const random = createRandom(1, "test/slips");
    const slips = { probability: 0.15, random, choose: carelessCommand };
    const episodes = Array.from({ length: 200 }, (_, index) => {
      return playEpisode(new Household(TEST.game(index)), new SearchTeacher(PRIOR), { stepLimit: 60, seed: 0, slips });
    });
    expect(episodes.filter((episode) => episode.success).length / 200).toBeGreaterThanOrEqual(0.95);
  });
});

const folder = testDataFolder();
const published = folder !== null && findSplit(folder, "valid_unseen") !== null && findSplit(folder, "train") !== null;

describe.skipIf(!published)("with the published games (skipped: no data folder has them)", () => {
  it.each(["valid_seen", "valid_unseen"] as const)("wins every game of %s with either prior", (split) => {
    const trained = PlacementPrior.fromGames(loadGames(folder!, "train"));
    for (const [prior, steps] of [
      [trained, 7.7],
      [PRIOR, 8.5],
    ] as const) {
      const episodes = loadGames(folder!, split).map((facts) => {
        return playEpisode(textOnly(facts), new SearchTeacher(prior), { stepLimit: 40, seed: 0 });
      });
      expect(episodes.filter((episode) => !episode.success).map((episode) => episode.id)).toEqual([]);
      expect(episodes.reduce((sum, episode) => sum + episode.steps, 0) / episodes.length).toBeLessThan(steps);
    }
  });
});
