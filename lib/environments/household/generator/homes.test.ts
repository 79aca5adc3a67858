import { describe, expect, it } from "vitest";
import { gameProblems } from "../check.ts";
import type { HouseholdFacts } from "../facts.ts";
import { PlacementPrior } from "../prior.ts";
import { createHouseholdGenerator } from "./generator.ts";
import { createHomes, homeIn, type Home } from "./homes.ts";

const rooms = createHouseholdGenerator({ seed: 5, split: "train" });
const ROOMS = Array.from({ length: 8 }, (_, index) => rooms.game(index));
const prior = PlacementPrior.fromGames(Array.from({ length: 100 }, (_, index) => rooms.game(1000 + index)));
const GAMES = 12;

const homes = (hasOwnWays: boolean, seed = 1): Home[] =>
  ROOMS.map((facts) => homeIn(facts, { prior, seed, hasOwnWays }));
const gamesOf = (home: Home): HouseholdFacts[] => Array.from({ length: GAMES }, (_, index) => home.game(index));

/** Object types that can be carried and fit somewhere, each with the receptacles that it lay in over these games. */
function placesByType(games: readonly HouseholdFacts[]): Map<string, Set<number>> {
  const places = new Map<string, Set<number>>();
  for (const { objects, receptacles, canContain } of games) {
    for (const { type, pickupable, in: lying } of objects) {
      const fits = receptacles.some((receptacle) => canContain.get(receptacle.type)?.has(type));
      if (!pickupable || lying.length === 0 || !fits) continue;
      places.set(type, new Set([...(places.get(type) ?? []), ...lying]));
    }
  }
  return places;
}

describe("homeIn", () => {
  it.each([true, false])("gives the same games to the same home, in whatever order (own ways: %s)", (hasOwnWays) => {
    const [home] = homes(hasOwnWays);
    const [again] = homes(hasOwnWays);
    const games = gamesOf(home);
    expect([again.game(7), again.game(0), again.game(3)]).toEqual([games[7], games[0], games[3]]);
    expect(homes(hasOwnWays, 2)[0].game(3)).not.toEqual(games[3]);
  });

  it("names the home after its room and kind, and its games by number", () => {
    for (const [hasOwnWays, kind] of [
      [true, "own-ways"],
      [false, "ordinary"],
    ] as const) {
      const [home] = homes(hasOwnWays);
      expect([home.id, home.hasOwnWays]).toEqual([`${ROOMS[0].id}~${kind}`, hasOwnWays]);
      expect(home.game(4).id).toBe(`${ROOMS[0].id}~${kind}~4`);
    }
  });

  it.each([true, false])("keeps the room and its objects, and gives tasks that can be done (own ways: %s)", (own) => {
    homes(own).forEach((home, index) => {
      const room = ROOMS[index];
      const games = gamesOf(home);
      for (const game of games) {
        expect(gameProblems(game)).toEqual([]);
        expect([game.receptacles, game.locations, game.start]).toEqual([room.receptacles, room.locations, room.start]);
        expect(game.objects.map(({ id }) => id)).toEqual(room.objects.map(({ id }) => id));
      }
      expect(games[0].goal.type).toBe(room.goal.type);
      expect(new Set(games.map(({ goal }) => goal.type)).size).toBeGreaterThan(1);
    });
  });

  it("with ways of its own, all things of a type lie in one receptacle, game after game", () => {
    for (const home of homes(true)) {
      const places = placesByType(gamesOf(home));
      expect(places.size).toBeGreaterThan(5);
      for (const [object, where] of places) expect([...where], `${object} in ${home.id}`).toHaveLength(1);
    }
  });

  it("these places differ from seed to seed", () => {
    const placed = (seed: number): unknown => homes(true, seed).map((home) => placesByType([home.game(1)]));
    expect(placed(1)).not.toEqual(placed(2));
  });

  it("in an ordinary one, things of a type lie in several receptacles", () => {
    for (const home of homes(false)) {
      const places = [...placesByType(gamesOf(home)).values()];
      expect(places.filter(({ size }) => size > 1).length).toBeGreaterThan(places.length / 2);
    }
  });
});

describe("createHomes", () => {
  const create = (ownWays: number, seed = 3): ReturnType<typeof createHomes> =>
    createHomes({ rooms, prior, seed, ownWays });
  const kinds = (ownWays: number): boolean[] =>
    Array.from({ length: 100 }, (_, index) => create(ownWays).home(index).hasOwnWays);

  it("mixes both kinds in the share asked for", () => {
    const count = (ownWays: number): number => kinds(ownWays).filter(Boolean).length;
    expect([count(0), count(1)]).toEqual([0, 100]);
    expect(count(0.5)).toBeGreaterThan(35);
    expect(count(0.5)).toBeLessThan(65);
  });

  it("home number n is in room number n, and the same each time", () => {
    const home = create(0.5).home(7);
    expect(home.id.split("~")[0]).toBe(rooms.game(7).id);
    expect(create(0.5).home(7).game(2)).toEqual(home.game(2));
  });
});
