import { UserError } from "../../base/index.ts";
import { head, show, type List } from "./expression.ts";
import type { Goal, TaskType } from "./facts.ts";

const CONDITIONS: Readonly<Record<string, TaskType>> = {
  isclean: "pick_clean_then_place_in_recep",
  ishot: "pick_heat_then_place_in_recep",
  iscool: "pick_cool_then_place_in_recep",
};

/** Which of the six task types a PDDL goal `(:goal ...)` states, and about what. `file` names the source in errors. */
export function parseGoal(goal: List, file: string): Goal {
  const atoms = goalAtoms(goal, file);
  const only = (predicate: string): string[] | undefined => atoms.find(([name]) => name === predicate);
  const objectTypes = new Map(
    atoms.filter(([name]) => name === "objecttype").map(([, v, type]) => [v, typeName(type)]),
  );
  const receptacle = only("receptacletype")?.[2];
  const predicates = new Set(atoms.map(([name]) => name));
  const fail = (): never => {
    throw new UserError(`${file}:${goal.line}: this goal is none of ALFWorld's six task types: ${show(goal)}`);
  };

  if (predicates.has("istoggled")) {
    const lamp = objectTypes.get(only("istoggled")![1]);
    const object = objectTypes.get(only("holds")?.[2] ?? "");
    if (lamp === undefined || object === undefined) return fail();
    return { type: "look_at_obj_in_light", object, receptacle: null, lamp };
  }
  const object = [...objectTypes.values()][0];
  if (object === undefined || receptacle === undefined || !predicates.has("inreceptacle")) return fail();
  if (["holds", "issliced", "inreceptacleobject"].some((name) => predicates.has(name))) return fail();
  const conditions = Object.keys(CONDITIONS).filter((name) => predicates.has(name));
  const common = { object, receptacle: typeName(receptacle), lamp: null };
  if (objectTypes.size === 2 && conditions.length === 0 && new Set(objectTypes.values()).size === 1) {
    return { type: "pick_two_obj_and_place", ...common };
  }
  if (objectTypes.size !== 1 || conditions.length > 1) return fail();
  return { type: conditions.length === 1 ? CONDITIONS[conditions[0]] : "pick_and_place_simple", ...common };
}

const typeNames = new Map<string, string>();

/** `CabinetType` to `cabinet`. Remembered, since a few names occur a million times in the published games. */
export function typeName(pddlType: string): string {
  let name = typeNames.get(pddlType);
  if (name === undefined) {
    const lowered = pddlType.toLowerCase();
    typeNames.set(pddlType, (name = lowered.endsWith("type") ? lowered.slice(0, -4) : lowered));
  }
  return name;
}

/** All atoms of a goal, predicate first and lower-cased; `and`, `exists` and `not (= ...)` are walked through. */
function goalAtoms(expression: List, file: string): string[][] {
  const name = head(expression);
  if (name === ":goal" || name === "and" || name === "exists") {
    // The list after `exists` declares variables.
    const parts = expression.items.slice(name === "exists" ? 2 : 1);
    return parts.flatMap((part) => (typeof part === "string" ? [] : goalAtoms(part, file)));
  }
  if (name === "not" && typeof expression.items[1] !== "string" && head(expression.items[1]) === "=") return [];
  if (name === "" || !expression.items.every((item) => typeof item === "string")) {
    throw new UserError(`${file}:${expression.line}: a goal may not contain ${show(expression)}`);
  }
  return [(expression.items as string[]).map((item) => item.toLowerCase())];
}
