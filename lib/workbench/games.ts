import { createRandom, dataFolder, sha256, sha256File, UserError } from "../base/index.ts";
import {
  createHouseholdGenerator,
  createVariedSource,
  filesOf,
  findSplit,
  loadGames,
  PlacementPrior,
  VOCABULARY_FILE,
  type GameSource,
  type HouseholdFacts,
  type PublishedSplit,
} from "../environments/index.ts";
import type { Run } from "./run.ts";

/** Games to be played in an evaluation, under the name that results give them. */
export interface GameSet {
  readonly name: string;
  readonly games: readonly HouseholdFacts[];
}

/** The published evaluation splits; empty without a data folder that has them. */
export function publishedSets(limit = Infinity): GameSet[] {
  const folder = dataFolder();
  if (folder === null) return [];
  return (["valid_seen", "valid_unseen"] as const).flatMap((split) =>
    findSplit(folder, split) === null ? [] : [{ name: split, games: evenly(loadGames(folder, split), limit) }],
  );
}

/** At most `count` games, spread evenly over the list, so that all task types stay in. */
function evenly<T>(games: readonly T[], count: number): readonly T[] {
  if (games.length <= count) return games;
  return Array.from({ length: count }, (_, i) => games[Math.floor((i * games.length) / count)]);
}

/** The first `count` games of a generated split. The same for every seed, so that runs are compared on equal games. */
export function generatedGames(split: "valid" | "test", count: number): HouseholdFacts[] {
  const source = createHouseholdGenerator({ seed: 0, split });
  return Array.from({ length: count }, (_, index) => source.game(index));
}

/** Training games, split by room: every game of a held-out room is a dev game. Seeded apart from the run. */
export function trainingRooms(share: number): { train: HouseholdFacts[]; dev: HouseholdFacts[] } {
  const folder = dataFolder();
  if (folder === null) {
    throw new UserError(
      "this recipe trains in rooms of the published ALFWorld games, and there is no data folder: " +
        "put them into data/external or name a folder by WAYMARK_DATA; data/README.md says how",
    );
  }
  const games = loadGames(folder, "train");
  const rooms = [...new Set(games.map(roomOf))].sort();
  const held = new Set(createRandom(0, "games/dev-rooms").sample(rooms, Math.round(share * rooms.length)));
  return {
    train: games.filter((game) => !held.has(roomOf(game))),
    dev: games.filter((game) => held.has(roomOf(game))),
  };
}

/** The floor plan of a published game, which ends the first part of its id: `pick_...-Mug-None-Desk-308/trial_...`. */
const roomOf = (game: HouseholdFacts): string => /-(\d+)\//.exec(game.id)?.[1] ?? game.id;

/** What a run learns from: an unlimited source of games, and the prior that its teacher may know. */
export interface TrainingGames {
  readonly source: GameSource;
  readonly prior: PlacementPrior;
}

const PRIOR_GAMES = 2000;

/** Every piece of randomness comes from the run's seed. */
export function trainingGames({ settings, seed }: Pick<Run, "settings" | "seed">): TrainingGames {
  const { source, hard, vary, unaltered, devRooms } = settings.games;
  if (source === "generated") {
    const usual = createHouseholdGenerator({ seed, split: "train" });
    const games = Array.from({ length: PRIOR_GAMES }, (_, index) => usual.game(index));
    const prior = PlacementPrior.fromGames(games);
    return { source: createHouseholdGenerator({ seed, split: "train", hard, fixedRooms: 1 - vary }), prior };
  }
  const { train } = trainingRooms(devRooms);
  const prior = PlacementPrior.fromGames(train);
  return { source: createVariedSource({ games: train, prior, seed, hard, vary, real: unaltered }), prior };
}

/** The published splits that the run learns from. */
export const trainingSplits = ({ settings }: Pick<Run, "settings">): PublishedSplit[] =>
  settings.games.source === "alfworld" ? ["train"] : [];

/** Hashes of the files that decide what the games are: our vocabulary, and those published `splits` that are there. */
export function gamesFingerprint(splits: readonly PublishedSplit[]): Record<string, string> {
  const folder = dataFolder();
  const found = splits.flatMap((split): [string, string][] => {
    const source = folder === null ? null : findSplit(folder, split);
    return source === null ? [] : [[split, sha256(filesOf(source).map(sha256File).join("\n"))]];
  });
  return { vocabulary: sha256File(VOCABULARY_FILE), ...Object.fromEntries(found) };
}

/** The sets on which a run is evaluated, in the order of the report. */
export function evaluationSets({ settings }: Pick<Run, "settings">): GameSet[] {
  const { source, devRooms } = settings.games;
  const { testGames, devGames, publishedGames } = settings.evaluation;
  const dev = source === "alfworld" ? trainingRooms(devRooms).dev : generatedGames("valid", devGames);
  return [
    { name: "generated test", games: generatedGames("test", testGames) },
    { name: "dev", games: evenly(dev, devGames) },
    ...publishedSets(publishedGames),
  ].filter((set) => set.games.length > 0);
}
