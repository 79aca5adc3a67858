import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, testDataFolder } from "../../../base/index.ts";
import { gameProblems } from "../check.ts";
import { TASK_TYPES, type HouseholdFacts } from "../facts.ts";
import { findSplit, loadGames } from "../load.ts";
import { PlacementPrior } from "../prior.ts";
import { createHouseholdGenerator } from "./generator.ts";
import { createVariedSource, varyGame, VARY_DEFAULTS } from "./vary.ts";
import { ourVocabulary } from "./vocabulary.ts";

const generator = createHouseholdGenerator({ seed: 7, split: "train" });
const GAMES = Array.from({ length: 60 }, (_, index) => generator.game(index));
const PRIOR = PlacementPrior.fromGames(GAMES);
const CONTEXT = { prior: PRIOR, usualPairs: () => [] };

const countTypes = (facts: HouseholdFacts, what: "receptacles" | "objects"): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { type } of facts[what]) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
};

describe("varyGame", () => {
  it("keeps games playable and the room's types, and loses no object", () => {
    const input = fc.record({
      game: fc.constantFrom(...GAMES),
      type: fc.constantFrom(...TASK_TYPES),
      seed: fc.nat(),
      hard: fc.constantFrom(0, 1),
    });
    let made = 0;
    fc.assert(
      fc.property(input, ({ game, type, seed, hard }) => {
        const varied = varyGame(game, type, createRandom(seed, "test"), CONTEXT, { ...VARY_DEFAULTS, hard, vary: 1 });
        if (varied === null) return;
        made++;
        expect(gameProblems(varied)).toEqual([]);
        expect(varied.goal.type).toBe(type);
        expect(countTypes(varied, "objects")).toEqual(countTypes(game, "objects"));
        expect(varied.objects.every((object) => object.in.length > 0)).toBe(true);
        const [before, after] = [countTypes(game, "receptacles"), countTypes(varied, "receptacles")];
        expect([...after.keys()]).toEqual([...before.keys()]);
        for (const [receptacle, count] of after) {
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(Math.max(27, before.get(receptacle)!));
        }
      }),
      { numRuns: 200 },
    );
    expect(made).toBeGreaterThan(60);
  });

  it("leaves everything but the task where no chance says otherwise", () => {
    const options = { replace: 0, hard: 0, vary: 0, usual: 0 };
    const { receptacles, objects, goal } = GAMES[0];
    const varied = varyGame(GAMES[0], "look_at_obj_in_light", createRandom(1, "test"), CONTEXT, options);
    const same = varied ?? varyGame(GAMES[0], goal.type, createRandom(1, "test"), CONTEXT, options)!;
    expect(same.receptacles).toEqual(receptacles);
    expect(same.objects.filter((each) => each.type !== same.goal.object)).toEqual(
      objects.filter((each) => each.type !== same.goal.object),
    );
  });

  it("says null where the room does not allow the task", () => {
    const bathroom = GAMES.find((game) => game.receptacles.some(({ type }) => type === "toilet"))!;
    expect(varyGame(bathroom, "pick_heat_then_place_in_recep", createRandom(1, "test"), CONTEXT)).toBeNull();
  });
});

describe("createVariedSource", () => {
  it("gives the same game for the same seed and number, and every task type", () => {
    const source = createVariedSource({ games: GAMES, prior: PRIOR, seed: 3 });
    const twice = createVariedSource({ games: GAMES, prior: PRIOR, seed: 3 });
    const made = Array.from({ length: 120 }, (_, index) => source.game(index));
    expect(twice.game(77)).toEqual(made[77]);
    expect(new Set(made.map((game) => game.goal.type)).size).toBe(6);
    expect(createVariedSource({ games: GAMES, prior: PRIOR, seed: 4 }).game(77)).not.toEqual(made[77]);
  });

  it("gives the games themselves in the share asked for", () => {
    const unaltered = (real: number): number => {
      const source = createVariedSource({ games: GAMES, prior: PRIOR, seed: 3, real });
      return Array.from({ length: 200 }, (_, index) => source.game(index)).filter((game) => GAMES.includes(game))
        .length;
    };
    expect(unaltered(1)).toBe(200);
    expect(unaltered(0)).toBe(0);
    expect(unaltered(0.15)).toBeGreaterThan(10);
    expect(unaltered(0.15)).toBeLessThan(60);
  });
});

const folder = testDataFolder();
const published = folder !== null && findSplit(folder, "train") !== null;

describe.skipIf(!published)("with the published games (skipped: no data folder has them)", () => {
  it("varies published rooms into playable games", () => {
    const games = loadGames(folder!, "train");
    const source = createVariedSource({ games, prior: PlacementPrior.fromGames(games), seed: 1, real: 0 });
    for (let index = 0; index < 150; index++) expect(gameProblems(source.game(index))).toEqual([]);
  });

  it("knows every type of receptacle and every lying type of object in them", () => {
    const { canContain, properties, openable } = ourVocabulary();
    for (const split of ["train", "valid_seen", "valid_unseen"] as const) {
      for (const { receptacles, objects, canContain: published } of loadGames(folder!, split)) {
        for (const receptacle of receptacles) {
          expect(canContain.has(receptacle.type), receptacle.type).toBe(true);
          if (receptacle.openable) expect(openable).toContain(receptacle.type);
        }
        for (const object of objects) {
          if (object.in.length > 0) expect(properties.has(object.type), object.type).toBe(true);
        }
        for (const [receptacle, held] of published) {
          const missing = [...held].filter((type) => properties.has(type) && !canContain.get(receptacle)!.has(type));
          expect(missing, receptacle).toEqual([]);
        }
      }
    }
  });
});
