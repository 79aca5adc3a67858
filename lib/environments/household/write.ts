import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../base/index.ts";
import type { Goal, HouseholdFacts, ObjectFact } from "./facts.ts";
import type { Wording } from "./wording.ts";

/** A game as TextWorld's `PddlEnv` loads it from a `.tw-pddl` file. */
export interface GameFile {
  readonly pddl_domain: string;
  readonly grammar: string;
  readonly pddl_problem: string;
  readonly solvable: boolean;
  readonly walkthrough?: readonly string[];
}

/** PDDL domain and TextWorld grammar (with `UNKNOWN GOAL` for the task) of one wording; published files, not ours. */
export interface GameRules {
  readonly domain: string;
  readonly grammar: string;
}

/** Reads `alfworld/alfred-<wording>.{pddl,twl2}` from the data folder. */
export function loadRules(dataFolder: string, wording: Wording): GameRules {
  const read = (ending: string): string => {
    const file = path.join(dataFolder, "alfworld", `alfred-${wording}.${ending}`);
    if (!fs.existsSync(file)) throw new UserError(`${file}: no such file; data/README.md says where it comes from`);
    return fs.readFileSync(file, "utf8");
  };
  return { domain: read("pddl"), grammar: read("twl2") };
}

/** The game as a value whose JSON TextWorld plays. */
export function toGameFile(facts: HouseholdFacts, rules: GameRules): GameFile {
  if (!rules.grammar.includes("UNKNOWN GOAL")) {
    throw new UserError(
      `the grammar has no "UNKNOWN GOAL" to put the task into; it begins ${rules.grammar.slice(0, 60)}`,
    );
  }
  return {
    pddl_domain: rules.domain,
    grammar: rules.grammar.replace("UNKNOWN GOAL", () => facts.task),
    pddl_problem: toPddl(facts),
    solvable: true,
    ...(facts.walkthrough === undefined ? {} : { walkthrough: facts.walkthrough }),
  };
}

/**
 * Types that the domain's actions name; the planner wants them declared in every problem, and none twice. The published
 * problems, too, have the sink as a type of objects, though an action asks for a receptacle of that type.
 */
const TYPES_OF_DOMAIN = {
  rtype: ["sinkbasin", "microwave", "fridge"],
  otype: ["knife", "butterknife", "sink"],
} as const;

const FLAGS = {
  pickupable: "pickupable",
  cleanable: "cleanable",
  heatable: "heatable",
  coolable: "coolable",
  sliceable: "sliceable",
  toggleable: "toggleable",
  isReceptacle: "isReceptacleObject",
  isClean: "isClean",
  isHot: "isHot",
  isCool: "isCool",
  isToggled: "isToggled",
  isSliced: "isSliced",
} as const satisfies Partial<Record<keyof ObjectFact, string>>;

/** The game as a PDDL problem of the domain `alfred`; `parseProblem` gives the same facts back. */
export function toPddl(facts: HouseholdFacts): string {
  const receptacleTypes = new Set<string>(TYPES_OF_DOMAIN.rtype);
  const objectTypes = new Set<string>(TYPES_OF_DOMAIN.otype);
  const init: string[] = [`(atLocation agent1 ${facts.start})`];
  for (const { id, type, location, openable, opened } of facts.receptacles) {
    receptacleTypes.add(type);
    init.push(`(receptacleType ${id} ${type}Type)`, `(receptacleAtLocation ${id} ${location})`);
    if (openable) init.push(`(openable ${id})`);
    if (opened) init.push(`(opened ${id})`);
  }
  for (const object of facts.objects) {
    const { id, type } = object;
    if (type !== "") {
      objectTypes.add(type);
      init.push(`(objectType ${id} ${type}Type)`);
    }
    for (const [flag, predicate] of Object.entries(FLAGS)) {
      if (object[flag as keyof typeof FLAGS]) init.push(`(${predicate} ${id})`);
    }
    for (const index of object.in) init.push(`(inReceptacle ${id} ${facts.receptacles[index].id})`);
    for (const index of object.inside) init.push(`(inReceptacleObject ${id} ${facts.objects[index].id})`);
    for (const location of object.at) init.push(`(objectAtLocation ${id} ${location})`);
  }
  for (const [receptacleType, accepted] of facts.canContain) {
    receptacleTypes.add(receptacleType);
    for (const type of accepted) {
      objectTypes.add(type);
      init.push(`(canContain ${receptacleType}Type ${type}Type)`);
    }
  }
  const { goal } = facts;
  objectTypes.add(goal.object);
  if (goal.lamp !== null) objectTypes.add(goal.lamp);
  if (goal.receptacle !== null) receptacleTypes.add(goal.receptacle);
  const declared = [
    "agent1 - agent",
    ...facts.receptacles.map(({ id }) => `${id} - receptacle`),
    ...facts.objects.map(({ id }) => `${id} - object`),
    ...facts.locations.map((id) => `${id} - location`),
    ...[...receptacleTypes].sort().map((type) => `${type}Type - rtype`),
    ...[...objectTypes].sort().map((type) => `${type}Type - otype`),
  ];
  return `(define (problem waymark)
(:domain alfred)
(:objects
${declared.join("\n")})
(:init
${init.join("\n")})
${goalPddl(goal)})
`;
}

function goalPddl({ type, object, receptacle, lamp }: Goal): string {
  const placed = (variable: string, extra = ""): string =>
    `${extra}(objectType ?${variable} ${object}Type) (receptacleType ?r ${receptacle}Type) (inReceptacle ?${variable} ?r)`;
  const inSome = (body: string, variable = "o"): string =>
    `(:goal (and (exists (?r - receptacle) (exists (?${variable} - object) (and ${body})))))`;
  switch (type) {
    case "pick_and_place_simple":
      return inSome(placed("o"));
    case "pick_clean_then_place_in_recep":
      return inSome(placed("o", "(cleanable ?o) (isClean ?o) "));
    case "pick_heat_then_place_in_recep":
      return inSome(placed("o", "(heatable ?o) (isHot ?o) "));
    case "pick_cool_then_place_in_recep":
      return inSome(placed("o", "(coolable ?o) (isCool ?o) "));
    case "pick_two_obj_and_place":
      return inSome(`${placed("o1")} (exists (?o2 - object) (and (not (= ?o1 ?o2)) ${placed("o2")}))`, "o1");
    case "look_at_obj_in_light":
      return (
        "(:goal (and (exists (?ot - object ?r - receptacle ?a - agent ?l - location) (and " +
        `(objectType ?ot ${lamp}Type) (toggleable ?ot) (isToggled ?ot) (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r))) ` +
        `(exists (?o - object ?a - agent) (and (objectType ?o ${object}Type) (holds ?a ?o)))))`
      );
  }
}
