import { createRandom, type Random } from "../../../base/index.ts";
import { TASK_TYPES, type HouseholdFacts, type ObjectFact, type ReceptacleFact, type TaskType } from "../facts.ts";
import type { PlacementPrior } from "../prior.ts";
import { roomKind } from "../rooms.ts";
import type { GameSource } from "./generator.ts";
import { allowsTask, chooseGoal, withGoal, type UsualPairs } from "./goals.ts";
import { evened, moveObject, placeChooser, type ChoosePlace, type PlacementWeight } from "./placement.ts";

/** How far a varied game departs from the game it is made of. All are chances in [0, 1]. */
export interface VaryOptions {
  /** That an object is placed anew. */
  readonly replace: number;
  /** That new places are evenly drawn from all that take the object, for the whole game. */
  readonly hard: number;
  /** That the numbers of receptacles change. */
  readonly vary: number;
  /** That the new task is a pair of object and target that occurs in the games. */
  readonly usual: number;
}

/** What a pilot study found to work (learning from 1,200 rooms, tested in others). */
export const VARY_DEFAULTS: VaryOptions = { replace: 0.8, hard: 0.35, vary: 0.6, usual: 0.6 };

export interface VaryContext {
  readonly prior: PlacementPrior;
  readonly usualPairs: UsualPairs;
  /** Puts things elsewhere than where the prior says they usually lie. */
  readonly placement?: (random: Random) => ChoosePlace;
}

/**
 * The room of `facts` with other numbers of receptacles, objects placed anew and a task of this type; null where the room
 * does not allow such a task (draw again).
 */
export function varyGame(
  facts: HouseholdFacts,
  type: TaskType,
  random: Random,
  context: VaryContext,
  options: VaryOptions = VARY_DEFAULTS,
): HouseholdFacts | null {
  const kind = roomKind(facts.receptacles.map((receptacle) => receptacle.type));
  const room = random.chance(options.vary) ? recount(facts, random) : facts;
  const tendency: PlacementWeight = (object, receptacle) =>
    room.canContain.get(receptacle)?.has(object) ? context.prior.frequency(kind, object, receptacle) + 0.02 : 0;
  const weight = random.chance(options.hard) ? evened(tendency) : tendency;
  const place = context.placement?.(random) ?? placeChooser(room.receptacles, weight, random);
  // Lamps fit nowhere by the rules, but stand on what other lamps stand on.
  const placeLamp = placeChooser(
    room.receptacles,
    (lamp, receptacle) => (context.prior.frequency(kind, lamp, receptacle) > 0 ? 1 : 0),
    random,
  );
  const objects = room.objects.map((object) => {
    const chooser = object.pickupable ? place : object.toggleable ? placeLamp : null;
    if (!chooser || object.in.length === 0 || !random.chance(options.replace)) return object;
    const found = chooser(object.type);
    return found === null
      ? object
      : moveObject(room, { ...object, isClean: false, isHot: false, isCool: false }, [found]);
  });
  const furnished = { ...room, objects, walkthrough: undefined };
  const goal = chooseGoal(furnished, type, random, { usualPairs: context.usualPairs, usual: options.usual });
  return goal && withGoal(furnished, goal, random, place);
}

/** Types of which a room may have more than it has. */
const MULTIPLIED = new Set(
  "cabinet drawer shelf sidetable countertop diningtable desk sofa bed dresser coffeetable".split(" "),
);
const MOST = 27;

/** Fewer or more receptacles of some types, never none; what lay in a removed one moves to another of its type. */
function recount(facts: HouseholdFacts, random: Random): HouseholdFacts {
  const receptacles: ReceptacleFact[] = [];
  const movedTo = new Map<number, number>();
  const locations = [...facts.locations];
  for (const type of new Set(facts.receptacles.map((receptacle) => receptacle.type))) {
    const old = facts.receptacles.flatMap((receptacle, index) => (receptacle.type === type ? [index] : []));
    let count = old.length;
    if (count > 1 && random.chance(0.6)) count = 1 + random.int(count);
    if (MULTIPLIED.has(type) && random.chance(0.25)) {
      count = Math.min(MOST, old.length + 1 + random.int(old.length > 2 ? 5 : 1));
    }
    const kept = random.sample(old, Math.min(count, old.length)).sort((a, b) => a - b);
    const first = receptacles.length;
    for (const index of kept) {
      movedTo.set(index, receptacles.length);
      receptacles.push(facts.receptacles[index]);
    }
    for (let extra = kept.length; extra < count; extra++) {
      const source = facts.receptacles[random.pick(old)];
      const location = `loc_bar_extra_bar_${type}_bar_${extra}`;
      locations.push(location);
      receptacles.push({ ...source, id: `${source.id}_bar_extra_${extra}`, location });
    }
    for (const index of old) if (!movedTo.has(index)) movedTo.set(index, first + random.int(count));
  }
  const objects = facts.objects.map((object): ObjectFact => {
    if (object.in.length === 0) return object;
    return moveObject({ receptacles }, object, [...new Set(object.in.map((index) => movedTo.get(index)!))]);
  });
  return { ...facts, receptacles, objects, locations };
}

export interface VariedSourceOptions extends Partial<VaryOptions> {
  /** Games whose rooms are varied. */
  readonly games: readonly HouseholdFacts[];
  readonly prior: PlacementPrior;
  readonly seed: number;
  /** Share of games given as they are. Default 0.15. */
  readonly real?: number;
}

/** An unlimited supply of variations of these games. */
export function createVariedSource(source: VariedSourceOptions): GameSource {
  const { games, prior, seed, real = 0.15, ...changes } = source;
  const options = { ...VARY_DEFAULTS, ...changes };
  const byType = new Map(TASK_TYPES.map((type) => [type, games.filter((game) => game.goal.type === type)]));
  const feasible = new Map(TASK_TYPES.map((type) => [type, games.filter((game) => allowsTask(game, type))]));
  const pairs = new Map(TASK_TYPES.map((type) => [type, pairsOf(byType.get(type)!)]));
  const context: VaryContext = { prior, usualPairs: (type) => pairs.get(type)! };
  const types = TASK_TYPES.filter((type) => feasible.get(type)!.length > 0);
  return {
    game(index) {
      const random = createRandom(seed, `varied/${index}`);
      if (random.chance(real)) return random.pick(games);
      for (;;) {
        const type = random.pick(types);
        const own = byType.get(type)!;
        const base = random.pick(own.length > 0 && random.chance(0.5) ? own : feasible.get(type)!);
        const game = varyGame(base, type, random, context, options);
        if (game) return { ...game, id: `${base.id}~${seed}-${index}` };
      }
    },
  };
}

function pairsOf(games: readonly HouseholdFacts[]): (readonly [string, string])[] {
  const pairs = new Map<string, readonly [string, string]>();
  for (const { goal } of games) {
    const target = goal.receptacle ?? goal.lamp!;
    pairs.set(`${goal.object} ${target}`, [goal.object, target]);
  }
  return [...pairs.values()];
}
