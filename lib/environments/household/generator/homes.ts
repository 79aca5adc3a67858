import { createRandom, UserError, type Random } from "../../../base/index.ts";
import { TASK_TYPES, type HouseholdFacts, type TaskType } from "../facts.ts";
import type { PlacementPrior } from "../prior.ts";
import type { GameSource } from "./generator.ts";
import { allowsTask } from "./goals.ts";
import type { ChoosePlace } from "./placement.ts";
import { varyGame } from "./vary.ts";
import { ourVocabulary } from "./vocabulary.ts";

/**
 * One household over many games: the room stays, things are put back and tasks are given anew. An ordinary one keeps
 * things where such things usually lie; one with ways of its own keeps all things of a type in one place, which nobody
 * can know who has not been there.
 */
export interface Home extends GameSource {
  readonly id: string;
  readonly hasOwnWays: boolean;
}

export interface HomeOptions {
  readonly prior: PlacementPrior;
  readonly seed: number;
  readonly hasOwnWays: boolean;
}

const USUAL_TASKS = 0.6;
/** Far more than any room needs in which a task can be made at all. */
const TRIES = 10_000;

/** The household that lives in the room of `facts`. Its games depend on the facts' id and on the seed. */
export function homeIn(facts: HouseholdFacts, { prior, seed, hasOwnWays }: HomeOptions): Home {
  const { goals } = ourVocabulary();
  const id = `${facts.id}~${hasOwnWays ? "own-ways" : "ordinary"}`;
  const placement = hasOwnWays ? ownPlacement(facts, `${seed}/${id}`) : undefined;
  const context = { prior, usualPairs: (type: TaskType) => goals.get(type)!.usual, placement };
  return {
    id,
    hasOwnWays,
    game(index) {
      const random = createRandom(seed, `home/${id}/${index}`);
      const options = { replace: 1, hard: 0, vary: 0, usual: USUAL_TASKS };
      const types = index === 0 ? [facts.goal.type] : TASK_TYPES.filter((type) => allowsTask(facts, type));
      for (let tries = 0; tries < TRIES; tries++) {
        const game = varyGame(facts, random.pick(types), random, context, options);
        if (game) return { ...game, id: `${id}~${index}` };
      }
      throw new UserError(`${facts.id}: no task can be made in this room (${TRIES} tries)`);
    },
  };
}

export interface HomesOptions {
  /** Where the rooms come from. */
  readonly rooms: GameSource;
  readonly prior: PlacementPrior;
  readonly seed: number;
  /** Share of the households with ways of their own. */
  readonly ownWays: number;
}

/** An unlimited, numbered supply of households. */
export function createHomes({ rooms, prior, seed, ownWays }: HomesOptions): { home(index: number): Home } {
  return {
    home(index) {
      const hasOwnWays = createRandom(seed, `homes/${index}`).chance(ownWays);
      return homeIn(rooms.game(index), { prior, seed, hasOwnWays });
    },
  };
}

/** All things of a type in one receptacle, evenly drawn from those in the room that take it. */
function ownPlacement({ receptacles, canContain }: HouseholdFacts, name: string): (random: Random) => ChoosePlace {
  const places = new Map<string, number | null>();
  return () => (object, fits) => {
    if (!places.has(object)) {
      const fitting = receptacles.flatMap(({ type }, index) => (canContain.get(type)?.has(object) ? [index] : []));
      places.set(object, fitting.length > 0 ? createRandom(0, `${name}/${object}`).pick(fitting) : null);
    }
    const place = places.get(object)!;
    return place !== null && (fits?.(receptacles[place].type) ?? true) ? place : null;
  };
}
