import type { HouseholdFacts, ReceptacleFact } from "./facts.ts";
import { ourVocabulary } from "./generator/vocabulary.ts";
import { readTask } from "./read.ts";

export interface SmallGame {
  /** By name ("drawer 1"): the types of the objects in it, each numbered through the game, the first the highest. */
  readonly receptacles: Readonly<Record<string, readonly string[]>>;
  /** Receptacles that share a location. */
  readonly together?: readonly (readonly string[])[];
  readonly task: string;
}

/** A game written by hand, for examples and tests. What can have a door has one, and it is closed. */
export function smallGame(game: SmallGame): HouseholdFacts {
  const { names, openable, properties, canContain } = ourVocabulary();
  const goal = readTask(game.task);
  if (!goal) throw new Error(`no task of ALFWorld: ${game.task}`);
  const list = Object.keys(game.receptacles);
  const receptacles = list.map((name, index): ReceptacleFact => {
    const [type, number] = name.split(" ");
    const group = game.together?.find((each) => each.includes(name));
    const stem = names.get(type)!;
    return {
      id: `${stem.replace(/Basin$/, "")}_bar__${String(99 - Number(number))}${stem.endsWith("Basin") ? `_bar_${stem}` : ""}`,
      type,
      location: `loc_bar_${String(group ? list.indexOf(group[0]) : index).padStart(2, "0")}`,
      openable: openable.has(type),
      opened: false,
    };
  });
  let count = 0;
  const objects = list.flatMap((name, index) =>
    game.receptacles[name].map((type) => {
      const has = (property: string): boolean => (properties.get(type) as ReadonlySet<string>).has(property);
      return {
        id: `${names.get(type)}_bar__${String(++count).padStart(2, "0")}`,
        type,
        pickupable: has("pickupable"),
        cleanable: has("cleanable"),
        heatable: has("heatable"),
        coolable: has("coolable"),
        sliceable: has("sliceable"),
        toggleable: has("toggleable"),
        isReceptacle: has("isReceptacle"),
        in: [index],
        inside: [],
        at: [receptacles[index].location],
      };
    }),
  );
  const locations = [...new Set(receptacles.map((receptacle) => receptacle.location)), "loc_bar_99"];
  return {
    id: "small",
    source: "generated",
    split: "example",
    task: game.task,
    goal,
    receptacles,
    objects,
    locations,
    start: "loc_bar_99",
    canContain,
  };
}
