import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gameProblems } from "../check.ts";
import { TASK_TYPES, type HouseholdFacts } from "../facts.ts";
import { Household } from "../household.ts";
import { parseProblem } from "../pddl.ts";
import { readIntro, readTask } from "../read.ts";
import { roomKind } from "../rooms.ts";
import { toPddl } from "../write.ts";
import { createHouseholdGenerator } from "./generator.ts";
import { goalSentence, TEMPLATES } from "./goals.ts";
import { splitOfRoom, type GeneratedSplit } from "./layout.ts";
import { ourVocabulary } from "./vocabulary.ts";

const SPLITS: readonly GeneratedSplit[] = ["train", "valid", "test"];

const games = (
  count: number,
  options: Partial<Parameters<typeof createHouseholdGenerator>[0]> = {},
): HouseholdFacts[] => {
  const source = createHouseholdGenerator({ seed: 1, split: "train", ...options });
  return Array.from({ length: count }, (_, index) => source.game(index));
};

/** The receptacle list of a game, as its first observation gives it. */
const room = (facts: HouseholdFacts): string => readIntro(new Household(facts).reset())!.receptacles.join(", ");

describe("createHouseholdGenerator", () => {
  it("gives the same game for the same seed, split and number, in whatever order it is asked", () => {
    const [first, second, third] = games(3);
    const source = createHouseholdGenerator({ seed: 1, split: "train" });
    expect([source.game(2), source.game(0), source.game(1)]).toEqual([third, first, second]);
    expect(new Set([first, second, third].map((game) => game.id)).size).toBe(3);
    expect(games(1, { seed: 2 })[0].receptacles).not.toEqual(first.receptacles);
  });

  it("makes playable games in every split, usual or hard, of any number", () => {
    const options = fc.record({
      seed: fc.integer({ min: 0, max: 1_000_000 }),
      split: fc.constantFrom(...SPLITS),
      hard: fc.constantFrom(0, 1),
      fixedRooms: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(options, fc.nat(1_000_000), (chosen, index) => {
        const game = createHouseholdGenerator(chosen).game(index);
        expect(game).toMatchObject({ source: "generated", split: chosen.split });
        expect(gameProblems(game)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("has no room of one split in another, whatever the seeds", () => {
    const rooms = new Map(
      SPLITS.map((split) => {
        const all = [1, 2, 3].flatMap((seed) => games(150, { split, seed, fixedRooms: 0.2 }));
        return [split, new Set(all.map(room))];
      }),
    );
    for (const split of SPLITS) {
      expect(rooms.get(split)!.size).toBeGreaterThan(200);
      const others = new Set(SPLITS.filter((other) => other !== split).flatMap((other) => [...rooms.get(other)!]));
      expect([...rooms.get(split)!].filter((each) => others.has(each))).toEqual([]);
    }
  });

  it("tells the split from the receptacles alone, not from their order", () => {
    const counts = new Map([
      ["bed", 1],
      ["drawer", 4],
    ]);
    expect(splitOfRoom(new Map([...counts].reverse()))).toBe(splitOfRoom(counts));
  });

  it("uses every task type in both of its wordings, and each says what the goal is", () => {
    const seen = new Set<string>();
    for (const { goal, task } of games(300)) {
      expect(readTask(task)).toEqual(goal);
      seen.add(`${goal.type} ${TEMPLATES[goal.type].findIndex((_, i) => goalSentence(goal, i as 0 | 1) === task)}`);
    }
    expect([...seen].sort()).toEqual(TASK_TYPES.flatMap((type) => [`${type} 0`, `${type} 1`]).sort());
  });

  it("builds rooms whose kind can be told from their receptacles, in the shares of the vocabulary", () => {
    const kinds = games(400).map((game) => roomKind(game.receptacles.map((receptacle) => receptacle.type)));
    const share = (kind: string): number => kinds.filter((each) => each === kind).length / kinds.length;
    expect(share("kitchen")).toBeGreaterThan(0.4);
    expect(share("kitchen")).toBeLessThan(0.6);
    for (const kind of ["bedroom", "livingroom", "bathroom"]) expect(share(kind)).toBeGreaterThan(0.05);
  });

  it("lets receptacles share a location in most games", () => {
    const sharing = games(300).filter(({ receptacles }) => {
      return new Set(receptacles.map((receptacle) => receptacle.location)).size < receptacles.length;
    });
    expect(sharing.length / 300).toBeGreaterThan(0.6);
    expect(sharing.length / 300).toBeLessThan(0.95);
  });

  it("stays in a small set of rooms where asked to", () => {
    expect(new Set(games(400, { fixedRooms: 1 }).map(room)).size).toBeLessThanOrEqual(4 * 26);
    expect(new Set(games(400).map(room)).size).toBeGreaterThan(300);
  });

  it("puts objects in less usual places in hard games", () => {
    const { rooms } = ourVocabulary();
    const unusual = (hard: number): number => {
      const all = games(300, { hard }).flatMap(({ receptacles, objects }) => {
        const places = rooms.get(roomKind(receptacles.map((receptacle) => receptacle.type)))!.places;
        return objects.map((object) => (places.get(object.type)?.get(receptacles[object.in[0]].type) ?? 0) < 5);
      });
      return all.filter(Boolean).length / all.length;
    };
    expect(unusual(0)).toBeLessThan(0.02);
    expect(unusual(1)).toBeGreaterThan(0.06);
  });

  it("writes games that read back as the same game", () => {
    for (const game of games(12)) {
      const read = parseProblem(toPddl(game), { id: game.id, source: game.source, split: game.split, task: game.task });
      expect(read.goal).toEqual(game.goal);
      const [copy, original] = [new Household(read), new Household(game)];
      expect(copy.reset()).toBe(original.reset());
      expect(copy.actions()).toEqual(original.actions());
      for (const receptacle of readIntro(original.reset())!.receptacles) {
        for (const action of [`go to ${receptacle}`, `open ${receptacle}`]) {
          expect(copy.step(action)).toEqual(original.step(action));
        }
      }
    }
  });
});
