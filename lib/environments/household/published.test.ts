import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readJson, testDataFolder } from "../../base/index.ts";
import type { HouseholdFacts } from "./facts.ts";
import { Household } from "./household.ts";
import { findGames, findSplit, loadGameFile, loadGames, PUBLISHED_SPLITS } from "./load.ts";
import { parseProblem } from "./pddl.ts";
import { WORDINGS } from "./wording.ts";
import { loadRules, toGameFile, toPddl } from "./write.ts";

interface Transcript {
  readonly game: string;
  readonly won: boolean;
  readonly transcript: readonly { readonly action: string; readonly observation: string }[];
  readonly admissible_counts: readonly number[];
  readonly admissible_first: readonly string[];
}

const data = testDataFolder();
const present = data !== null && PUBLISHED_SPLITS.every((split) => findSplit(data, split) !== null);
const describePublished = describe.skipIf(!present);

describePublished(present ? "published games" : "published games (skipped: no alfworld in the data folder)", () => {
  const games = new Map<string, HouseholdFacts>();
  const bySplit = (split: (typeof PUBLISHED_SPLITS)[number]): HouseholdFacts[] => loadGames(data!, split);
  const all = (): HouseholdFacts[] => {
    if (games.size === 0) for (const game of PUBLISHED_SPLITS.flatMap(bySplit)) games.set(game.id, game);
    return [...games.values()];
  };

  it("are 1,200 + 140 + 134, every id once", () => {
    const splits = all().map((game) => game.split);
    const count = (split: string): number => splits.filter((each) => each === split).length;
    expect(PUBLISHED_SPLITS.map(count)).toEqual([1200, 140, 134]);
  });

  it("all 28 recorded episodes are byte-exact", () => {
    all();
    const file = path.join(data!, "alfworld", "planner-transcripts-28.json");
    const episodes = readJson<Transcript[]>(file);
    expect(episodes).toHaveLength(28);
    for (const episode of episodes) {
      const household = new Household(games.get(episode.game.split("/").slice(1, 3).join("/"))!);
      let done = false;
      episode.transcript.forEach(({ action, observation }, index) => {
        const context = `${episode.game}: ${action}`;
        if (index === 0) {
          expect(household.reset(), context).toBe(observation);
          expect(household.actions(), context).toEqual(episode.admissible_first);
        } else {
          const result = household.step(action);
          expect(result.observation, context).toBe(observation);
          ({ done } = result);
        }
        expect(household.actions(), context).toHaveLength(episode.admissible_counts[index]);
      });
      expect(done).toBe(episode.won);
    }
  });

  it.each(WORDINGS)("all 1,474 walkthroughs end in success, and not before, in wording %s", (wording) => {
    for (const game of all()) {
      const household = new Household(game, { wording });
      household.reset();
      const rewards = game.walkthrough!.map((command) => {
        const worded = wording === "current" ? command : command.replace(/^move (.*) to (.*)$/, "put $1 in/on $2");
        const result = household.step(worded);
        if (result.invalid) throw new Error(`${game.id}: ${worded} was refused`);
        return result.reward;
      });
      expect(rewards.at(-1), game.id).toBe(1);
      expect(rewards.slice(0, -1).includes(1), game.id).toBe(false);
    }
  });

  it("the 24 complete game files hold the same facts as the compact rows", () => {
    all();
    const files = findGames(path.join(data!, "alfworld", "games"));
    expect(files).toHaveLength(24);
    for (const file of files) {
      const game = loadGameFile(file);
      expect(comparable(game), file).toEqual(comparable(games.get(game.id)!));
    }
  });

  it("written as PDDL and read again they are the same", () => {
    for (const game of all().filter((_, index) => index % 20 === 0)) {
      const again = parseProblem(toPddl(game), { id: game.id, split: game.split, task: game.task });
      expect(comparable(again), game.id).toEqual(comparable(game));
    }
  });

  it.each(WORDINGS)("the rules of wording %s take the task sentence in", (wording) => {
    const game = toGameFile(all()[0], loadRules(data!, wording));
    expect(game.grammar).toContain(`Your task is to: ${all()[0].task}.`);
    expect(game.grammar).not.toContain("UNKNOWN GOAL");
    expect(game.pddl_domain).toContain("(define (domain alfred)");
  });
});

/** Facts as plain data, without what the compact rows add. */
function comparable(game: HouseholdFacts): unknown {
  const canContain = [...game.canContain].map(([type, accepted]) => [type, [...accepted].sort()]).sort();
  return { ...game, canContain, walkthrough: undefined };
}
