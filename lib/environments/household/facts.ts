/** The six ALFWorld task types, under their published names. */
export const TASK_TYPES = [
  "pick_and_place_simple",
  "look_at_obj_in_light",
  "pick_clean_then_place_in_recep",
  "pick_heat_then_place_in_recep",
  "pick_cool_then_place_in_recep",
  "pick_two_obj_and_place",
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** Type names are lower-case and without the PDDL suffix: `cabinet` for `CabinetType`. */
export interface ReceptacleFact {
  /** PDDL id, e.g. `Cabinet_bar__plus_00_dot_15_...`; names such as "cabinet 3" follow from the sorted ids. */
  readonly id: string;
  readonly type: string;
  /** PDDL id of the location; two receptacles may share one. */
  readonly location: string;
  readonly openable: boolean;
  readonly opened: boolean;
}

export interface ObjectFact {
  readonly id: string;
  /** Empty where a published game gives none (a faucet); such an object fits nowhere. */
  readonly type: string;
  readonly pickupable: boolean;
  readonly cleanable: boolean;
  readonly heatable: boolean;
  readonly coolable: boolean;
  readonly sliceable: boolean;
  readonly toggleable: boolean;
  /** Can hold other objects (a bowl); decides only the text of `examine`. */
  readonly isReceptacle: boolean;
  /** The initial state may hold these; absent means false. */
  readonly isClean?: boolean;
  readonly isHot?: boolean;
  readonly isCool?: boolean;
  readonly isToggled?: boolean;
  readonly isSliced?: boolean;
  /** Indices into `receptacles`: usually one, in published games sometimes two. */
  readonly in: readonly number[];
  /** Indices into `objects` of the receptacle objects that it lies in. */
  readonly inside: readonly number[];
  /** PDDL ids of the locations where it is (`objectAtLocation`; only `slice` and `look` read them). */
  readonly at: readonly string[];
}

export interface Goal {
  readonly type: TaskType;
  /** Wanted object type. */
  readonly object: string;
  /** Target receptacle type; null for `look_at_obj_in_light`. */
  readonly receptacle: string | null;
  /** Lamp type for `look_at_obj_in_light`; else null. */
  readonly lamp: string | null;
}

/** What has to be done with the wanted object on the way, and the appliance that does it; other tasks have none. */
export const TASK_TREATMENTS: Partial<Record<TaskType, readonly [verb: string, appliance: string]>> = {
  pick_clean_then_place_in_recep: ["clean", "sinkbasin"],
  pick_heat_then_place_in_recep: ["heat", "microwave"],
  pick_cool_then_place_in_recep: ["cool", "fridge"],
};

/**
 * A household game as facts: what the PDDL problem says, in typed form. Loaders make it from published files, the
 * generator makes it from scratch; the environment plays it and knows no other source.
 */
export interface HouseholdFacts {
  readonly id: string;
  /** `generated` or `alfworld`. */
  readonly source: "generated" | "alfworld";
  readonly split: string;
  /** The goal sentence, without "Your task is to: " and the final full stop. */
  readonly task: string;
  readonly goal: Goal;
  readonly receptacles: readonly ReceptacleFact[];
  readonly objects: readonly ObjectFact[];
  /** Every location id of the problem; those that no fact mentions take no number in "loc N". */
  readonly locations: readonly string[];
  /** Location id where the agent starts. */
  readonly start: string;
  /** Receptacle type to the object types that fit. */
  readonly canContain: ReadonlyMap<string, ReadonlySet<string>>;
  /** Gold commands where published. */
  readonly walkthrough?: readonly string[];
}
