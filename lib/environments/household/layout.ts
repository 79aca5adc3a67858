import type { Goal, HouseholdFacts, ObjectFact } from "./facts.ts";
import { nameInOrder } from "./names.ts";

/** A receptacle as the engine reads it: facts plus name and indices into the layout. */
export interface PlacedReceptacle {
  readonly name: string;
  readonly type: string;
  /** Index into `Layout.receptaclesAt` and `Layout.locationNames`. */
  readonly location: number;
  readonly openable: boolean;
  /** Object types that `put` accepts. */
  readonly accepts: ReadonlySet<string>;
}

export interface NamedObject {
  readonly name: string;
  readonly fact: ObjectFact;
  /** Objects that lie in this one, for `examine`; nothing ever changes it. */
  readonly inside: readonly number[];
}

/**
 * What never changes within a game, computed once and shared by all its copies. Receptacles and objects are in the order
 * of their ids, so a list of indices in ascending order is in the order in which the game tells it.
 */
export interface Layout {
  readonly facts: HouseholdFacts;
  readonly goal: Goal;
  readonly receptacles: readonly PlacedReceptacle[];
  readonly objects: readonly NamedObject[];
  readonly locationNames: readonly string[];
  /** Receptacles by location, ascending. */
  readonly receptaclesAt: readonly (readonly number[])[];
  readonly receptacleByName: ReadonlyMap<string, number>;
  readonly objectByName: ReadonlyMap<string, number>;
  /** Objects that a knife can slice. */
  readonly sliceable: readonly number[];
  readonly start: number;
  /** 1 where a receptacle is open at the start. */
  readonly opened: readonly number[];
  /** Objects by receptacle, ascending, in the initial state. */
  readonly contents: readonly (readonly number[])[];
  /** Locations by object in the initial state. */
  readonly objectLocations: readonly (readonly number[])[];
}

const NOTHING_FITS: ReadonlySet<string> = new Set();
const layouts = new WeakMap<HouseholdFacts, Layout>();

/** The layout of a game; made at the first call for these facts, kept as long as they are. */
export function layoutOf(facts: HouseholdFacts): Layout {
  let layout = layouts.get(facts);
  if (layout === undefined) layouts.set(facts, (layout = buildLayout(facts)));
  return layout;
}

function buildLayout(facts: HouseholdFacts): Layout {
  const { names, order, locations } = nameInOrder(facts);
  const objectsFrom = facts.receptacles.length;
  const locationsFrom = objectsFrom + facts.objects.length;
  const receptacleOrder = order.filter((position) => position < objectsFrom);
  const objectOrder = order.flatMap((p) => (p >= objectsFrom && p < locationsFrom ? [p - objectsFrom] : []));
  const receptacleRank = inverse(receptacleOrder);
  const objectRank = inverse(objectOrder);
  const locationIndex = new Map(locations.map((id, index) => [id, index]));

  const receptacles = receptacleOrder.map((index): PlacedReceptacle => {
    const fact = facts.receptacles[index];
    return {
      name: names[index],
      type: fact.type,
      location: locationIndex.get(fact.location)!,
      openable: fact.openable,
      accepts: facts.canContain.get(fact.type) ?? NOTHING_FITS,
    };
  });
  const inside: number[][] = objectOrder.map(() => []);
  const contents: number[][] = receptacles.map(() => []);
  objectOrder.forEach((index, object) => {
    for (const receptacle of facts.objects[index].in) contents[receptacleRank[receptacle]].push(object);
    for (const outer of facts.objects[index].inside) inside[objectRank[outer]].push(object);
  });
  const receptaclesAt: number[][] = locations.map(() => []);
  receptacles.forEach((receptacle, index) => receptaclesAt[receptacle.location].push(index));
  const objects = objectOrder.map((index, object): NamedObject => {
    return { name: names[objectsFrom + index], fact: facts.objects[index], inside: inside[object] };
  });
  return {
    facts,
    goal: facts.goal,
    receptacles,
    objects,
    locationNames: names.slice(locationsFrom),
    receptaclesAt,
    receptacleByName: new Map(receptacles.map((r, index) => [r.name, index])),
    objectByName: new Map(objects.map((o, index) => [o.name, index])),
    sliceable: objects.flatMap((o, index) => (o.fact.sliceable ? [index] : [])),
    start: locationIndex.get(facts.start)!,
    opened: receptacleOrder.map((index) => (facts.receptacles[index].opened ? 1 : 0)),
    contents,
    objectLocations: objects.map((o) => o.fact.at.map((id) => locationIndex.get(id)!)),
  };
}

function inverse(order: readonly number[]): number[] {
  const rank = new Array<number>(order.length);
  order.forEach((index, position) => (rank[index] = position));
  return rank;
}
