import type { HouseholdFacts } from "./facts.ts";
import { roomKind } from "./rooms.ts";

/** One game in figures, for comparing sources of games. */
export interface GameRow {
  readonly id: string;
  readonly source: string;
  readonly split: string;
  readonly room: string;
  readonly taskType: string;
  readonly receptacles: number;
  /** Objects that lie in some receptacle. */
  readonly objects: number;
  readonly objectTypes: number;
  /** Receptacles with a door. */
  readonly openable: number;
  /** Receptacles that stand where another one does. */
  readonly sharing: number;
  readonly empty: number;
  /** Objects of the wanted type. */
  readonly wanted: number;
  /** Receptacles of the target type; 0 for `look_at_obj_in_light`. */
  readonly targets: number;
}

export function gameRow(facts: HouseholdFacts): GameRow {
  const { receptacles, goal } = facts;
  const objects = facts.objects.filter((object) => object.in.length > 0);
  const filled = new Set(objects.flatMap((object) => object.in));
  return {
    id: facts.id,
    source: facts.source,
    split: facts.split,
    room: roomKind(receptacles.map((receptacle) => receptacle.type)),
    taskType: goal.type,
    receptacles: receptacles.length,
    objects: objects.length,
    objectTypes: new Set(objects.map((object) => object.type)).size,
    openable: receptacles.filter((receptacle) => receptacle.openable).length,
    sharing: receptacles.length - new Set(receptacles.map((receptacle) => receptacle.location)).size,
    empty: receptacles.length - filled.size,
    wanted: objects.filter((object) => object.type === goal.object).length,
    targets: receptacles.filter((receptacle) => receptacle.type === goal.receptacle).length,
  };
}

/** How often a type occurs in games. */
export interface TypeRow {
  readonly what: "receptacle" | "object";
  readonly type: string;
  /** Share of the games that have some. */
  readonly share: number;
  /** Mean number in the games that have some. */
  readonly mean: number;
  /** Largest number in a game. */
  readonly most: number;
}

/** Receptacle types and (lying) object types of these games, the most common first. */
export function typeRows(games: readonly HouseholdFacts[]): TypeRow[] {
  const seen = new Map<string, { games: number; total: number; most: number }>();
  for (const facts of games) {
    const counts = new Map<string, number>();
    const add = (key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const receptacle of facts.receptacles) add(`receptacle ${receptacle.type}`);
    for (const object of facts.objects) if (object.in.length > 0) add(`object ${object.type}`);
    for (const [key, count] of counts) {
      const row = seen.get(key) ?? { games: 0, total: 0, most: 0 };
      seen.set(key, { games: row.games + 1, total: row.total + count, most: Math.max(row.most, count) });
    }
  }
  return [...seen]
    .map(([key, row]): TypeRow => {
      const [what, type] = key.split(" ") as [TypeRow["what"], string];
      return { what, type, share: row.games / games.length, mean: row.total / row.games, most: row.most };
    })
    .sort((a, b) => b.share - a.share || (a.type < b.type ? -1 : 1));
}
