import { createRandom, type Random } from "../../../base/index.ts";
import { TASK_TYPES, type HouseholdFacts, type ObjectFact, type TaskType } from "../facts.ts";
import type { RoomKind } from "../rooms.ts";
import { chooseGoal, withGoal } from "./goals.ts";
import { drawLayout, drawReceptacleCounts, splitOfRoom, type RoomLayout, type GeneratedSplit } from "./layout.ts";
import { evened, placeChooser, type ChoosePlace, type PlacementWeight } from "./placement.ts";
import { ourVocabulary, type RoomTendencies, type Vocabulary } from "./vocabulary.ts";

/** An unlimited, numbered supply of games. */
export interface GameSource {
  /** The game with this number; the same whenever and in whatever order it is asked for. */
  game(index: number): HouseholdFacts;
}

export interface GeneratorOptions {
  readonly seed: number;
  readonly split: GeneratedSplit;
  /** Share of the games in which objects lie in any place that takes them, not where they tend to. Default 0. */
  readonly hard?: number;
  /** Share of the games in a small fixed set of rooms instead of ever new ones. Default 0. */
  readonly fixedRooms?: number;
  /** Share of the tasks with a sensible pair of object and target, such as a clean mug for the coffee machine. Default 0.6. */
  readonly usual?: number;
  readonly vocabulary?: Vocabulary;
}

/** Rooms of each kind in the fixed set: as many as the published training games have. */
const FIXED_ROOMS = 26;

/** Our own households: rooms, placements and tasks drawn from the vocabulary's tendencies, each solvable by construction. */
export function createHouseholdGenerator(options: GeneratorOptions): GameSource {
  const { seed, split, hard = 0, fixedRooms = 0, usual = 0.6, vocabulary = ourVocabulary() } = options;
  const usualPairs = (type: TaskType) => vocabulary.goals.get(type)!.usual;
  const room = (kind: RoomKind, random: Random): RoomLayout => {
    const tendencies = vocabulary.rooms.get(kind)!;
    for (;;) {
      const counts = drawReceptacleCounts(tendencies, random);
      if (splitOfRoom(counts) === split) return drawLayout(counts, tendencies, vocabulary, random);
    }
  };
  const fixed = new Map<string, RoomLayout>();
  const fixedRoom = (kind: RoomKind, number: number): RoomLayout => {
    const name = `household/${split}/${kind}/${number}`;
    if (!fixed.has(name)) fixed.set(name, room(kind, createRandom(seed, name)));
    return fixed.get(name)!;
  };

  return {
    game(index) {
      const random = createRandom(seed, `household/${split}/${index}`);
      const type = random.pick(TASK_TYPES);
      const kinds = [...vocabulary.goals.get(type)!.rooms];
      const even = random.chance(hard);
      const useFixed = random.chance(fixedRooms);
      for (;;) {
        const kind = kinds[random.weighted(kinds.map(([, weight]) => weight))][0];
        const layout = useFixed ? fixedRoom(kind, random.int(FIXED_ROOMS)) : room(kind, random);
        const weight = placementWeight(kind, vocabulary);
        const place = placeChooser(layout.receptacles, even ? evened(weight) : weight, random);
        const furnished = furnish(layout, vocabulary.rooms.get(kind)!, vocabulary, place, random);
        const goal = chooseGoal(furnished, type, random, { usualPairs, usual });
        const game = goal && withGoal(furnished, goal, random, place);
        if (game) return { ...game, id: `generated-${split}-${seed}-${index}`, split };
      }
    },
  };
}

/** Weights by the room's tendencies; 1 % for what the receptacle would take but was not seen to hold. */
function placementWeight(kind: RoomKind, vocabulary: Vocabulary): PlacementWeight {
  const places = vocabulary.rooms.get(kind)!.places;
  return (object, receptacle) =>
    places.get(object)?.get(receptacle) ?? (vocabulary.canContain.get(receptacle)?.has(object) ? 1 : 0);
}

const NO_GOAL = { type: "pick_and_place_simple", object: "", receptacle: null, lamp: null } as const;

function furnish(
  layout: RoomLayout,
  room: RoomTendencies,
  vocabulary: Vocabulary,
  place: ChoosePlace,
  random: Random,
): HouseholdFacts {
  const { receptacles, start } = layout;
  const objects: ObjectFact[] = [];
  for (const { type, chance, counts } of room.objects) {
    if (!random.chance(chance)) continue;
    const count = 1 + random.weighted(counts);
    for (let number = 1; number <= count; number++) {
      const found = place(type);
      if (found === null) break;
      const places = [found, ...doubled(type, found, receptacles, room, random)];
      objects.push(objectFact(vocabulary, type, number, places, receptacles));
    }
  }
  const locations = [...new Set([start, ...receptacles.map((receptacle) => receptacle.location)])];
  const { canContain } = vocabulary;
  const facts = { id: "", source: "generated", split: "", task: "", goal: NO_GOAL } as const;
  return { ...facts, receptacles, objects, locations, start, canContain };
}

/** The second place of an object that counts as lying in two, such as a mug under the coffee machine. */
function doubled(
  type: string,
  found: number,
  receptacles: RoomLayout["receptacles"],
  room: RoomTendencies,
  random: Random,
): number[] {
  const rule = room.doubled.find((rule) => rule.object === type && rule.in === receptacles[found].type);
  if (!rule || !random.chance(rule.chance)) return [];
  const others = receptacles.flatMap((other, index) =>
    index !== found && rule.also.includes(other.type) ? [index] : [],
  );
  return others.length > 0 ? [random.pick(others)] : [];
}

function objectFact(
  vocabulary: Vocabulary,
  type: string,
  number: number,
  places: readonly number[],
  receptacles: RoomLayout["receptacles"],
): ObjectFact {
  const has = vocabulary.properties.get(type)!;
  return {
    id: `${vocabulary.names.get(type)}_bar__${String(number).padStart(2, "0")}`,
    type,
    pickupable: has.has("pickupable"),
    cleanable: has.has("cleanable"),
    heatable: has.has("heatable"),
    coolable: has.has("coolable"),
    sliceable: has.has("sliceable"),
    toggleable: has.has("toggleable"),
    isReceptacle: has.has("isReceptacle"),
    in: places,
    inside: [],
    at: [...new Set(places.map((index) => receptacles[index].location))],
  };
}
