import { UserError } from "../../base/index.ts";
import { head, parseExpressions, show, type List } from "./expression.ts";
import type { HouseholdFacts, ObjectFact, ReceptacleFact } from "./facts.ts";
import { parseGoal, typeName } from "./goal-pddl.ts";
import { compareIds } from "./names.ts";

/** What a problem file does not say itself. */
export interface ProblemInfo {
  readonly id: string;
  readonly split: string;
  /** The goal sentence without "Your task is to: " and the full stop. */
  readonly task: string;
  readonly source?: HouseholdFacts["source"];
  readonly walkthrough?: readonly string[];
}

/** A problem's parts: objects as `[id, type]`, facts as `[predicate, ...arguments]`. */
export interface ProblemParts {
  readonly objects: Iterable<readonly [id: string, type: string]>;
  readonly facts: Iterable<readonly string[]>;
  readonly goal: List;
}

/** Reads a whole `(define (problem ...) ...)`. `file` names the source in errors. */
export function parseProblem(pddl: string, info: ProblemInfo, file = "problem"): HouseholdFacts {
  const problem = parseExpressions(pddl, file).find((list) => head(list) === "define");
  if (problem === undefined) throw new UserError(`${file}:1: no (define (problem ...) ...) found`);
  const section = (name: string): List => {
    const found = problem.items.find((item) => typeof item !== "string" && head(item) === name);
    if (found === undefined) throw new UserError(`${file}:${problem.line}: the problem has no (${name} ...)`);
    return found as List;
  };
  const facts: string[][] = [];
  for (const fact of section(":init").items.slice(1)) {
    if (head(fact) === "=") continue; // costs and distances play no role in the text
    if (typeof fact === "string" || !fact.items.every((item) => typeof item === "string")) {
      const line = typeof fact === "string" ? section(":init").line : fact.line;
      throw new UserError(`${file}:${line}: ${show(fact)} in (:init ...) is not a fact`);
    }
    facts.push(fact.items as string[]);
  }
  const objects = typedList(section(":objects"), file);
  return factsOfProblem({ objects, facts, goal: section(":goal") }, info, file);
}

/** `a b - object c - location` to pairs. */
function typedList(list: List, file: string): [string, string][] {
  const pairs: [string, string][] = [];
  let waiting: string[] = [];
  const items = list.items.slice(1);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item !== "string") throw new UserError(`${file}:${item.line}: ${show(item)} is not an object`);
    if (item !== "-") waiting.push(item);
    else {
      const type = items[++i];
      if (typeof type !== "string") throw new UserError(`${file}:${list.line}: "${waiting.at(-1)} -" lacks a type`);
      for (const id of waiting) pairs.push([id, type.toLowerCase()]);
      waiting = [];
    }
  }
  if (waiting.length > 0) throw new UserError(`${file}:${list.line}: object ${waiting[0]} has no type`);
  return pairs;
}

type ObjectFlag = {
  [K in keyof ObjectFact]-?: boolean extends ObjectFact[K] ? K : never;
}[keyof ObjectFact];

/** Number of arguments by predicate; those that the text never shows are accepted and left out. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  atlocation: 2,
  receptacleatlocation: 2,
  receptacletype: 2,
  objectatlocation: 2,
  objecttype: 2,
  cancontain: 2,
  inreceptacle: 2,
  inreceptacleobject: 2,
};
const UNARY_OBJECT: ReadonlyMap<string, ObjectFlag> = new Map([
  ["pickupable", "pickupable"],
  ["cleanable", "cleanable"],
  ["heatable", "heatable"],
  ["coolable", "coolable"],
  ["sliceable", "sliceable"],
  ["toggleable", "toggleable"],
  ["isreceptacleobject", "isReceptacle"],
  ["isclean", "isClean"],
  ["ishot", "isHot"],
  ["iscool", "isCool"],
  ["istoggled", "isToggled"],
  ["issliced", "isSliced"],
]);
const WITHOUT_EFFECT = ["ison", "full", "isreceptacleobjectfull", "wasinreceptacle", "checked", "examined", "moveable"];

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type ObjectDraft = Writable<Omit<ObjectFact, "in" | "inside" | "at">> & { in: string[]; inside: string[]; at: string[] };

/**
 * Facts in typed form. Objects that no fact mentions are left out, as TextWorld leaves them out; receptacles and objects
 * come in the order of their ids.
 */
export function factsOfProblem(parts: ProblemParts, info: ProblemInfo, file: string): HouseholdFacts {
  const fail = (fact: readonly string[], reason: string): never => {
    throw new UserError(`${file}: (${fact.join(" ")}): ${reason}`);
  };
  const kinds = new Map<string, string>();
  const spelling = new Map<string, string>();
  for (const [id, kind] of parts.objects) {
    kinds.set(id.toLowerCase(), kind.toLowerCase());
    spelling.set(id.toLowerCase(), id);
  }
  const receptacles = new Map<string, Writable<ReceptacleFact>>();
  const objects = new Map<string, ObjectDraft>();
  const canContain = new Map<string, Set<string>>();
  let start: string | null = null;

  const entity = (fact: readonly string[], position: number, kind: string): string => {
    const id = fact[position].toLowerCase();
    const actual = kinds.get(id);
    if (actual === undefined) fail(fact, `${fact[position]} is not among the objects`);
    if (actual !== kind) fail(fact, `${fact[position]} is of type ${actual}; ${kind} expected`);
    return spelling.get(id)!;
  };
  const object = (fact: readonly string[], position: number): ObjectDraft => {
    const id = entity(fact, position, "object");
    let draft = objects.get(id);
    if (draft === undefined) objects.set(id, (draft = emptyObject(id)));
    return draft;
  };
  const receptacle = (fact: readonly string[], position: number): Writable<ReceptacleFact> => {
    const id = entity(fact, position, "receptacle");
    let draft = receptacles.get(id);
    if (draft === undefined) {
      receptacles.set(id, (draft = { id, type: "", location: "", openable: false, opened: false }));
    }
    return draft;
  };

  for (const fact of parts.facts) {
    const predicate = fact[0].toLowerCase();
    const unary = UNARY_OBJECT.get(predicate);
    const expected = ARGUMENTS[predicate] ?? (unary !== undefined || isOpenFact(predicate) ? 1 : -1);
    if (expected >= 0 && fact.length !== expected + 1) fail(fact, `${expected} argument(s) expected`);
    if (unary !== undefined) object(fact, 1)[unary] = true;
    else if (predicate === "openable") receptacle(fact, 1).openable = true;
    else if (predicate === "opened") receptacle(fact, 1).opened = true;
    else if (predicate === "receptacletype") receptacle(fact, 1).type = typeName(fact[2]);
    else if (predicate === "receptacleatlocation") receptacle(fact, 1).location = entity(fact, 2, "location");
    else if (predicate === "objecttype") object(fact, 1).type = typeName(fact[2]);
    else if (predicate === "objectatlocation") object(fact, 1).at.push(entity(fact, 2, "location"));
    else if (predicate === "inreceptacle") object(fact, 1).in.push(receptacle(fact, 2).id);
    else if (predicate === "inreceptacleobject") object(fact, 1).inside.push(object(fact, 2).id);
    else if (predicate === "atlocation") start = entity(fact, 2, "location");
    else if (predicate === "cancontain") {
      const type = typeName(fact[1]);
      if (!canContain.has(type)) canContain.set(type, new Set());
      canContain.get(type)!.add(typeName(fact[2]));
    } else if (!WITHOUT_EFFECT.includes(predicate)) fail(fact, "a predicate that the household does not know");
  }
  if (start === null) throw new UserError(`${file}: no (atLocation agent ...) says where the agent starts`);
  for (const { id, type, location } of receptacles.values()) {
    if (type === "") throw new UserError(`${file}: receptacle ${id} has no (receptacleType ...)`);
    if (location === "") throw new UserError(`${file}: receptacle ${id} has no (receptacleAtLocation ...)`);
  }

  const receptacleList = [...receptacles.values()].sort((a, b) => compareIds(a.id, b.id));
  const objectList = [...objects.values()].sort((a, b) => compareIds(a.id, b.id));
  const receptacleIndex = new Map(receptacleList.map((r, index) => [r.id, index]));
  const objectIndex = new Map(objectList.map((o, index) => [o.id, index]));
  return {
    id: info.id,
    source: info.source ?? "alfworld",
    split: info.split,
    task: info.task,
    goal: parseGoal(parts.goal, file),
    receptacles: receptacleList,
    objects: objectList.map((draft): ObjectFact => ({
      ...draft,
      in: draft.in.map((id) => receptacleIndex.get(id)!).sort((a, b) => a - b),
      inside: draft.inside.map((id) => objectIndex.get(id)!).sort((a, b) => a - b),
      at: draft.at.sort(compareIds),
    })),
    locations: [...kinds].filter(([, kind]) => kind === "location").map(([id]) => spelling.get(id)!).sort(compareIds),
    start,
    canContain,
    ...(info.walkthrough === undefined ? {} : { walkthrough: info.walkthrough }),
  };
}

const isOpenFact = (predicate: string): boolean => predicate === "openable" || predicate === "opened";

const emptyObject = (id: string): ObjectDraft => ({
  id,
  type: "",
  pickupable: false,
  cleanable: false,
  heatable: false,
  coolable: false,
  sliceable: false,
  toggleable: false,
  isReceptacle: false,
  in: [],
  inside: [],
  at: [],
});
