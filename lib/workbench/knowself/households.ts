import { ConsultingTeacher, playEpisode, SearchTeacher, type KnownPlaces } from "../../agents/index.ts";
import {
  createHomes,
  createHouseholdGenerator,
  homeIn,
  Household,
  type Home,
  type HouseholdFacts,
  type PlacementPrior,
} from "../../environments/index.ts";
import { chooseRule, induceHouseholdRules, readPlaceRule, type HouseholdRule } from "../../knowledge/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import { publishedSets, trainingGames } from "../games.ts";
import type { Run } from "../run.ts";
import type { KnowSelfSettings } from "./settings.ts";

/** The run's settings of KnowSelf; for the stages that only such runs have. */
export function knowSelfOf({ settings }: Pick<Run, "settings">): KnowSelfSettings {
  if (!settings.knowself) throw new Error("internal error: a recipe without settings for KnowSelf");
  return settings.knowself;
}

/** A household in which somebody lived before: what was learnt there, and what is to be played. */
export interface LivedIn {
  readonly id: string;
  readonly hasOwnWays: boolean;
  readonly rules: readonly HouseholdRule[];
  game(index: number): HouseholdFacts;
}

/** Earlier games have numbers from here on: nobody is trained or tested on them. */
const EARLIER = 1000;
const EARLIER_STEPS = 60;

/** Lets the searching teacher play in the household, and learns its rules from what it saw. */
export function livedIn(home: Home, prior: PlacementPrior, earlierGames: number, first = home.game(0)): LivedIn {
  const played = earlierTrajectories(home, prior, earlierGames);
  const rules = induceHouseholdRules(played, { household: home.id }).rules as readonly HouseholdRule[];
  return { id: home.id, hasOwnWays: home.hasOwnWays, rules, game: (index) => (index === 0 ? first : home.game(index)) };
}

/** What the searching teacher did and saw in a household before. */
export function earlierTrajectories(home: Home, prior: PlacementPrior, earlierGames: number): Trajectory[] {
  return Array.from({ length: earlierGames }, (_, index) =>
    playEpisode(new Household(home.game(EARLIER + index)), new SearchTeacher(prior), {
      stepLimit: EARLIER_STEPS,
      seed: 0,
    }),
  );
}

/** What the rules say of where an object is. */
export function knownPlaces(rules: readonly HouseholdRule[], object: string): KnownPlaces | null {
  for (const { rule } of rules) {
    const places = readPlaceRule(rule);
    if (places?.object === object) return { text: rule, receptacles: places.receptacles };
  }
  return null;
}

/** The agent of the gold trajectories: it searches, and asks once things lie oddly or were not found. */
export function goldAgent(run: Run, prior: PlacementPrior, rules: readonly HouseholdRule[]): ConsultingTeacher {
  const { oddThings, placesSearched } = knowSelfOf(run).gold;
  return new ConsultingTeacher({
    prior,
    places: (object) => knownPlaces(rules, object),
    asks: ({ odd, searched }) => odd >= oddThings || searched >= placesSearched,
  });
}

/** The rule for an agent's next turn, as the scripted selector chooses it; empty: none fits. */
export const ruleFor =
  (rules: readonly HouseholdRule[]) =>
  (turns: readonly Turn[]): string =>
    chooseRule({ goal: "", turns, rules })?.rule ?? "";

/** Numbered households of the training rooms; `purpose` keeps those of the base and of the gold apart. */
export function trainingHomes(
  run: Run,
  purpose: "base" | "gold",
): { home(index: number): Home; prior: PlacementPrior } {
  const { source, prior } = trainingGames(run);
  const first = purpose === "base" ? 0 : 1_000_000; // the rooms of the two have different numbers
  const rooms = { game: (index: number) => source.game(first + index) };
  const homes = createHomes({ rooms, prior, seed: run.seed, ownWays: knowSelfOf(run).households.ownWays });
  return { home: (index) => homes.home(index), prior };
}

/** Households to be tested in. They are furnished, and their rules learnt, only when they are asked for. */
export interface TestSet {
  readonly name: string;
  readonly count: number;
  readonly households: () => LivedIn[];
}

/** The sets of a test: the same rooms, ordinary and with ways of their own. */
export function testSets(run: Run): TestSet[] {
  const { households, evaluation } = knowSelfOf(run);
  const { prior } = trainingGames(run);
  const rooms = createHouseholdGenerator({ seed: 0, split: evaluation.split });
  const generated = Array.from({ length: evaluation.games }, (_, index) => rooms.game(index));
  const lived = (room: HouseholdFacts, hasOwnWays: boolean, first?: HouseholdFacts): LivedIn =>
    livedIn(homeIn(room, { prior, seed: 0, hasOwnWays }), prior, households.earlierGames, first);
  const setOf = (name: string, games: readonly HouseholdFacts[], live: (room: HouseholdFacts) => LivedIn): TestSet => ({
    name,
    count: games.length,
    households: () => games.map(live),
  });
  const published = evaluation.published === 0 ? [] : publishedSets(evaluation.published);
  return [
    setOf("generated, ordinary", generated, (room) => lived(room, false)),
    setOf("generated, own ways", generated, (room) => lived(room, true)),
    ...published
      .filter(({ name }) => name === "valid_unseen")
      .flatMap(({ name, games }) => [
        // As published: what lies where is the game's own.
        setOf(name, games, (room) => lived(room, false, room)),
        setOf(`${name}, own ways`, games, (room) => lived(room, true)),
      ]),
  ];
}
