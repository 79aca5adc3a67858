import type { Random } from "../../../base/index.ts";
import type { HouseholdFacts, ObjectFact, ReceptacleFact } from "../facts.ts";

/** How much an object of a type tends to lie in a receptacle of a type; 0 where it must not. */
export type PlacementWeight = (object: string, receptacle: string) => number;

/** A receptacle (index) for an object of this type, among those whose type `fits`; null where there is none. */
export type ChoosePlace = (object: string, fits?: (receptacle: string) => boolean) => number | null;

/** The same places, all alike: what makes a search hard. */
export const evened = (weight: PlacementWeight): PlacementWeight => {
  return (object, receptacle) => (weight(object, receptacle) > 0 ? 1 : 0);
};

/** Chooses a receptacle type by weight, then a receptacle of that type evenly. */
export function placeChooser(
  receptacles: readonly ReceptacleFact[],
  weight: PlacementWeight,
  random: Random,
): ChoosePlace {
  const byType = new Map<string, number[]>();
  receptacles.forEach(({ type }, index) => {
    const list = byType.get(type);
    if (list) list.push(index);
    else byType.set(type, [index]);
  });
  const types = [...byType.keys()];
  const known = new Map<string, number[]>();
  const weightsOf = (object: string): number[] => {
    if (!known.has(object)) {
      known.set(
        object,
        types.map((type) => weight(object, type)),
      );
    }
    return known.get(object)!;
  };
  return (object, fits) => {
    const all = weightsOf(object);
    const weights = fits ? all.map((value, index) => (fits(types[index]) ? value : 0)) : all;
    if (!weights.some((w) => w > 0)) return null;
    return random.pick(byType.get(types[random.weighted(weights)])!);
  };
}

/** `object`, lying in these receptacles and nowhere else. */
export function moveObject(
  facts: Pick<HouseholdFacts, "receptacles">,
  object: ObjectFact,
  receptacles: readonly number[],
): ObjectFact {
  const at = [...new Set(receptacles.map((index) => facts.receptacles[index].location))];
  return { ...object, in: receptacles, inside: [], at };
}
