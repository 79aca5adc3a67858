import type { HouseholdFacts } from "./facts.ts";
import { ROOM_KINDS, roomKind, type RoomKind } from "./rooms.ts";

type Counts = Record<string, Record<string, number>>;

/** Counts by object type and receptacle type. */
interface PlacementCounts {
  /** Receptacles of the type that held an object of the type. */
  readonly held: Counts;
  /** Receptacles of the type in the games that had such objects. */
  readonly seen: Counts;
}

/** `PlacementPrior` as plain JSON. */
export type PlacementPriorJson = Record<RoomKind, PlacementCounts>;

/** Where object types lie, by kind of room, counted in games: what an agent may know before it looks. */
export class PlacementPrior {
  readonly #byKind: PlacementPriorJson;
  readonly #all: PlacementCounts;

  constructor(counts: PlacementPriorJson) {
    this.#byKind = counts;
    this.#all = { held: {}, seen: {} };
    for (const kind of ROOM_KINDS) {
      for (const which of ["held", "seen"] as const) {
        for (const [object, row] of Object.entries(counts[kind][which])) {
          for (const [receptacle, count] of Object.entries(row)) add(this.#all[which], object, receptacle, count);
        }
      }
    }
  }

  static fromGames(games: Iterable<HouseholdFacts>): PlacementPrior {
    const counts = Object.fromEntries(
      ROOM_KINDS.map((kind) => [kind, { held: {}, seen: {} }]),
    ) as unknown as PlacementPriorJson;
    for (const { receptacles, objects } of games) {
      const { held, seen } = counts[roomKind(receptacles.map((receptacle) => receptacle.type))];
      const holders = new Map<string, Set<number>>();
      for (const object of objects) {
        if (object.in.length === 0) continue;
        if (!holders.has(object.type)) holders.set(object.type, new Set());
        for (const index of object.in) holders.get(object.type)!.add(index);
      }
      for (const [object, indices] of holders) {
        for (const receptacle of receptacles) add(seen, object, receptacle.type, 1);
        for (const index of indices) add(held, object, receptacles[index].type, 1);
      }
    }
    return new PlacementPrior(counts);
  }

  /** The chance that a receptacle of this type holds such an object: counted in rooms of the kind, smoothed by all rooms. */
  chance(kind: RoomKind, object: string, receptacle: string): number {
    const everywhere =
      (count(this.#all.held, object, receptacle) + 0.05) / (count(this.#all.seen, object, receptacle) + 3);
    const { held, seen } = this.#byKind[kind];
    return (count(held, object, receptacle) + 3 * everywhere) / (count(seen, object, receptacle) + 3);
  }

  /** How often a receptacle of this type held such an object in rooms of the kind; elsewhere counts a tenth. */
  frequency(kind: RoomKind, object: string, receptacle: string): number {
    return count(this.#byKind[kind].held, object, receptacle) + 0.1 * count(this.#all.held, object, receptacle);
  }

  toJSON(): PlacementPriorJson {
    return this.#byKind;
  }
}

const count = (counts: Counts, object: string, receptacle: string): number => counts[object]?.[receptacle] ?? 0;

function add(counts: Counts, object: string, receptacle: string, by: number): void {
  const row = (counts[object] ??= {});
  row[receptacle] = (row[receptacle] ?? 0) + by;
}
