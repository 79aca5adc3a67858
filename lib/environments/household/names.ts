import type { HouseholdFacts } from "./facts.ts";

/** What an entity is called in the text of a game, in the order of the facts. */
export interface EntityNames {
  readonly receptacles: readonly string[];
  readonly objects: readonly string[];
  /** Location id to name ("loc 12"). */
  readonly locations: ReadonlyMap<string, string>;
}

/**
 * Order of two PDDL ids: lower-cased (the planner knows no upper case), by code unit. Lists in observations and the
 * numbering follow it.
 */
export function compareIds(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * Names as alfworld's demangler gives them (alfworld/agents/utils/misc.py): the text before `_bar_`, `basin` added where
 * the id contains it, then a number. Of the n ids with one such text, the first in sorted order gets n and the last 1.
 * Receptacles, objects and locations are counted together. An id without `_bar_` is its own name, with a blank behind.
 */
export function nameEntities(facts: HouseholdFacts): EntityNames {
  const { names, locations } = nameInOrder(facts);
  const objectsFrom = facts.receptacles.length;
  const locationsFrom = objectsFrom + facts.objects.length;
  return {
    receptacles: names.slice(0, objectsFrom),
    objects: names.slice(objectsFrom, locationsFrom),
    locations: new Map(locations.map((id, index) => [id, names[locationsFrom + index]])),
  };
}

/**
 * The same as lists: names of the receptacles, then the objects, then `locations`, and `order`, the positions in `names`
 * sorted by id.
 */
export function nameInOrder(facts: HouseholdFacts): { names: string[]; order: number[]; locations: string[] } {
  const locations = usedLocations(facts);
  const ids = [...facts.receptacles.map((r) => r.id), ...facts.objects.map((o) => o.id), ...locations];
  const lowered = ids.map((id) => id.toLowerCase());
  const types = lowered.map(typeText);
  const counts = new Map<string, number>();
  for (const type of types) if (type !== null) counts.set(type, (counts.get(type) ?? 0) + 1);
  const order = lowered.map((_, index) => index).sort((a, b) => (lowered[a] < lowered[b] ? -1 : 1));
  const names = new Array<string>(ids.length);
  for (const index of order) {
    const type = types[index];
    if (type === null) names[index] = `${lowered[index]} `;
    else {
      const number = counts.get(type)!;
      counts.set(type, number - 1);
      names[index] = `${type} ${number}`;
    }
  }
  return { names, order, locations };
}

/** The locations that some fact mentions; TextWorld does not see the others, so they take no number. */
export function usedLocations(facts: HouseholdFacts): string[] {
  const used = new Set<string>([facts.start]);
  for (const receptacle of facts.receptacles) used.add(receptacle.location);
  for (const object of facts.objects) for (const location of object.at) used.add(location);
  return [...used];
}

function typeText(id: string): string | null {
  const end = id.indexOf("_bar_");
  if (end < 0) return null;
  return id.slice(0, end) + (id.includes("basin") ? "basin" : "");
}
