import type { Random } from "../../../base/index.ts";
import type { Goal, HouseholdFacts, ObjectFact, TaskType } from "../facts.ts";
import { moveObject, type ChoosePlace } from "./placement.ts";

/** (object, receptacle) pairs by task type, as far as they are sensible; for looking, (object, lamp). */
export type UsualPairs = (type: TaskType) => readonly (readonly [string, string])[];

const APPLIANCE = {
  pick_clean_then_place_in_recep: { property: "cleanable", receptacle: "sinkbasin" },
  pick_heat_then_place_in_recep: { property: "heatable", receptacle: "microwave" },
  pick_cool_then_place_in_recep: { property: "coolable", receptacle: "fridge" },
} as const;

/** The goal sentences of ALFWorld: two for each type. */
export const TEMPLATES: Record<TaskType, readonly [string, string]> = {
  pick_and_place_simple: ["put some {object} on {receptacle}", "put a {object} in {receptacle}"],
  look_at_obj_in_light: ["look at {object} under the {lamp}", "examine the {object} with the {lamp}"],
  pick_clean_then_place_in_recep: [
    "put a clean {object} in {receptacle}",
    "clean some {object} and put it in {receptacle}",
  ],
  pick_heat_then_place_in_recep: [
    "put a hot {object} in {receptacle}",
    "heat some {object} and put it in {receptacle}",
  ],
  pick_cool_then_place_in_recep: [
    "put a cool {object} in {receptacle}",
    "cool some {object} and put it in {receptacle}",
  ],
  pick_two_obj_and_place: ["put two {object} in {receptacle}", "find two {object} and put them in {receptacle}"],
};

/** The goal in words, by one of the two templates of its type. */
export function goalSentence(goal: Goal, template: 0 | 1): string {
  return TEMPLATES[goal.type][template]
    .replace("{object}", goal.object)
    .replace("{receptacle}", goal.receptacle ?? "")
    .replace("{lamp}", goal.lamp ?? "");
}

/**
 * A goal of this type that can be reached in the room, or null. With chance `usual` it is one of the sensible pairs, else
 * any object and any receptacle that takes it.
 */
export function chooseGoal(
  facts: HouseholdFacts,
  type: TaskType,
  random: Random,
  options: { readonly usualPairs: UsualPairs; readonly usual: number },
): Goal | null {
  const placed = facts.objects.filter((object) => object.in.length > 0);
  const types = new Set(facts.receptacles.map((receptacle) => receptacle.type));
  const appliance = applianceFor(type);
  if (appliance && !types.has(appliance.receptacle)) return null;
  const counts = new Map<string, number>();
  for (const object of placed) {
    if (object.pickupable && (!appliance || object[appliance.property])) {
      counts.set(object.type, (counts.get(object.type) ?? 0) + 1);
    }
  }
  const needed = type === "pick_two_obj_and_place" ? 2 : 1;
  const wanted = [...counts].filter(([, count]) => count >= needed).map(([object]) => object);
  if (wanted.length === 0) return null;
  const looking = type === "look_at_obj_in_light";
  const lamps = [...new Set(placed.filter((object) => object.toggleable).map((object) => object.type))];
  const targetsOf = (object: string): string[] =>
    looking ? lamps : [...types].filter((receptacle) => facts.canContain.get(receptacle)?.has(object));

  const sensible = options.usualPairs(type).filter(([object, target]) => {
    return wanted.includes(object) && targetsOf(object).includes(target);
  });
  let pair: readonly [string, string];
  if (sensible.length > 0 && random.chance(options.usual)) pair = random.pick(sensible);
  else {
    const object = random.pick(wanted);
    const targets = targetsOf(object);
    if (targets.length === 0) return null;
    pair = [object, random.pick(targets)];
  }
  return looking
    ? { type, object: pair[0], receptacle: null, lamp: pair[1] }
    : { type, object: pair[0], receptacle: pair[1], lamp: null };
}

/**
 * The facts with this goal and its sentence, such that it is not reached yet: wanted objects leave the target where lying
 * there is all that is asked. Null where they have no other place.
 */
export function withGoal(facts: HouseholdFacts, goal: Goal, random: Random, place: ChoosePlace): HouseholdFacts | null {
  const bare = goal.type === "pick_and_place_simple" || goal.type === "pick_two_obj_and_place";
  const objects: ObjectFact[] = [];
  for (const object of facts.objects) {
    const inTarget = object.in.some((index) => facts.receptacles[index].type === goal.receptacle);
    if (object.type !== goal.object || !inTarget) objects.push(object);
    else if (bare) {
      const receptacle = place(object.type, (type) => type !== goal.receptacle);
      if (receptacle === null) return null;
      objects.push(moveObject(facts, object, [receptacle]));
    } else objects.push({ ...object, isClean: false, isHot: false, isCool: false });
  }
  return { ...facts, objects, goal, task: goalSentence(goal, random.int(2) as 0 | 1) };
}

/** What a task type needs for treating the object: a property of it and a type of receptacle. Else null. */
export function applianceFor(type: TaskType): (typeof APPLIANCE)[keyof typeof APPLIANCE] | null {
  return type in APPLIANCE ? APPLIANCE[type as keyof typeof APPLIANCE] : null;
}

/** Whether the room has what a task of this type needs beside the object. */
export function allowsTask(facts: HouseholdFacts, type: TaskType): boolean {
  const appliance = applianceFor(type);
  if (appliance !== null) return facts.receptacles.some((receptacle) => receptacle.type === appliance.receptacle);
  return type !== "look_at_obj_in_light" || facts.objects.some((object) => object.toggleable && object.in.length > 0);
}
