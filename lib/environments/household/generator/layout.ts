import { sha256, type Random } from "../../../base/index.ts";
import type { ReceptacleFact } from "../facts.ts";
import type { RoomTendencies, Vocabulary } from "./vocabulary.ts";

/** A room without objects. */
export interface RoomLayout {
  readonly receptacles: readonly ReceptacleFact[];
  readonly start: string;
}

export type GeneratedSplit = "train" | "valid" | "test";

/** Half the time at most the usual number, else more, seldom much more; now and then any number in the range. */
function drawCount([fewest, usual, most]: readonly [number, number, number], random: Random): number {
  if (random.chance(0.1)) return fewest + random.int(most - fewest + 1);
  if (random.chance(0.5)) return Math.round(usual - (usual - fewest) * random.next() ** 2);
  return Math.round(usual + (most - usual) * random.next() ** 4);
}

/** The largest published room has this many receptacles. */
const MOST_RECEPTACLES = 54;

/** Which receptacles there are: the types with their numbers, in the order of the vocabulary. */
export function drawReceptacleCounts(room: RoomTendencies, random: Random): Map<string, number> {
  for (;;) {
    const counts = new Map<string, number>();
    let total = 0;
    for (const { type, chance, count } of room.receptacles) {
      if (!random.chance(chance)) continue;
      const number = drawCount(count, random);
      counts.set(type, number);
      total += number;
    }
    if (total <= MOST_RECEPTACLES) return counts;
  }
}

/**
 * The split to which all rooms with these receptacles belong: 8 of 10 to train, one each to valid and test. It depends on
 * nothing else, so that no room (and hence no game) of one split occurs in another, whatever the seeds.
 */
export function splitOfRoom(counts: ReadonlyMap<string, number>): GeneratedSplit {
  const list = [...counts].map(([type, count]) => `${type} ${count}`).sort();
  const bucket = parseInt(sha256(list.join(", ")).slice(0, 8), 16) % 10;
  return bucket === 0 ? "valid" : bucket === 1 ? "test" : "train";
}

/** Gives each receptacle an id, a location (some share one) and, where its type may have one, a door or none. */
export function drawLayout(
  counts: ReadonlyMap<string, number>,
  room: RoomTendencies,
  vocabulary: Vocabulary,
  random: Random,
): RoomLayout {
  const newLocation = locations(random);
  const receptacles: ReceptacleFact[] = [];
  const byType = new Map<string, number[]>();
  for (const [type, count] of counts) {
    const withoutDoor = random.chance(0.45) ? random.next() * 0.7 : 0;
    byType.set(type, []);
    for (let number = 1; number <= count; number++) {
      byType.get(type)!.push(receptacles.length);
      receptacles.push({
        id: receptacleId(vocabulary.names.get(type)!, number),
        type,
        location: newLocation(),
        openable: vocabulary.openable.has(type) && (ALWAYS_CLOSED.has(type) || !random.chance(withoutDoor)),
        opened: false,
      });
    }
  }
  for (const rule of room.shared) {
    for (const index of byType.get(rule.type) ?? []) {
      const others = (byType.get(rule.with) ?? []).filter((other) => other !== index);
      if (others.length === 0 || !random.chance(rule.chance)) continue;
      receptacles[index] = { ...receptacles[index], location: receptacles[random.pick(others)].location };
    }
  }
  return { receptacles, start: newLocation() };
}

const ALWAYS_CLOSED = new Set(["fridge", "microwave"]);

/** ALFRED's ids for basins name the sink first, which decides their place in lists; all others just their type. */
function receptacleId(name: string, number: number): string {
  const [, stem] = /^(\w+)Basin$/.exec(name) ?? [];
  const digits = String(number).padStart(2, "0");
  return stem ? `${stem}_bar__${digits}_bar_${name}` : `${name}_bar__${digits}`;
}

/** A source of distinct location ids as in the published games: x, y, rotation, angle of view. */
function locations(random: Random): () => string {
  const used = new Set<string>();
  const signed = (value: number): string => (value < 0 ? `_minus_${-value}` : `${value}`);
  return () => {
    for (;;) {
      const id = `loc_bar_${signed(random.int(25) - 12)}_bar_${signed(random.int(25) - 12)}_bar_${random.int(4)}_bar_${random.pick([30, 45, 60])}`;
      if (!used.has(id)) {
        used.add(id);
        return id;
      }
    }
  };
}
