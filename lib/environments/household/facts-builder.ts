import { UserError } from "../../base/index.ts";
import type { Goal, HouseholdFacts, ObjectFact, ReceptacleFact } from "./facts.ts";
import { typeName } from "./goal-pddl.ts";
import { compareIds } from "./names.ts";

/** What a problem does not say itself. */
export interface ProblemInfo {
  readonly id: string;
  readonly split: string;
  /** The goal sentence without "Your task is to: " and the full stop. */
  readonly task: string;
  readonly source?: HouseholdFacts["source"];
  readonly walkthrough?: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type ReceptacleDraft = Writable<ReceptacleFact>;
type ObjectDraft = Writable<Omit<ObjectFact, "in" | "inside" | "at">> & {
  in: string[];
  inside: string[];
  at: string[];
};
type ObjectFlag = {
  [K in keyof ObjectFact]-?: boolean extends ObjectFact[K] ? K : never;
}[keyof ObjectFact];

/** Predicates about one object, which become a field of it. */
const FLAGS: ReadonlyMap<string, ObjectFlag> = new Map([
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

/** Predicates of the domain that neither text nor goals ever show. */
const WITHOUT_EFFECT = new Set("ison full isreceptacleobjectfull wasinreceptacle checked examined moveable".split(" "));

/** Collects the facts of a problem, one after the other, into typed form. */
export class FactsBuilder {
  /** Kind and spelling of every declared id, by the id in lower case: PDDL does not tell case. */
  readonly #declared = new Map<string, { readonly kind: string; readonly id: string }>();
  readonly #receptacles = new Map<string, ReceptacleDraft>();
  readonly #objects = new Map<string, ObjectDraft>();
  readonly #canContain = new Map<string, Set<string>>();
  #start: string | null = null;

  /** `objects`: every id with its PDDL type (`object`, `receptacle`, `location`, ...). */
  constructor(objects: Iterable<readonly [id: string, kind: string]>) {
    for (const [id, kind] of objects) this.#declared.set(id.toLowerCase(), { kind: kind.toLowerCase(), id });
  }

  /** One fact as `[predicate, ...arguments]`; `where` names its place in errors. */
  add(fact: readonly string[], where: string): void {
    const predicate = fact[0].toLowerCase();
    const flag = FLAGS.get(predicate);
    if (flag !== undefined) {
      this.#object(fact, 1, where)[flag] = true;
      return;
    }
    switch (predicate) {
      case "openable":
        this.#receptacle(fact, 1, where).openable = true;
        return;
      case "opened":
        this.#receptacle(fact, 1, where).opened = true;
        return;
      case "receptacletype":
        this.#receptacle(fact, 1, where).type = typeName(argument(fact, 2, where));
        return;
      case "receptacleatlocation":
        this.#receptacle(fact, 1, where).location = this.#entity(fact, 2, "location", where);
        return;
      case "objecttype":
        this.#object(fact, 1, where).type = typeName(argument(fact, 2, where));
        return;
      case "objectatlocation":
        this.#object(fact, 1, where).at.push(this.#entity(fact, 2, "location", where));
        return;
      case "inreceptacle":
        this.#object(fact, 1, where).in.push(this.#receptacle(fact, 2, where).id);
        return;
      case "inreceptacleobject":
        this.#object(fact, 1, where).inside.push(this.#object(fact, 2, where).id);
        return;
      case "atlocation":
        this.#start = this.#entity(fact, 2, "location", where);
        return;
      case "cancontain": {
        const type = typeName(argument(fact, 1, where));
        let accepted = this.#canContain.get(type);
        if (accepted === undefined) this.#canContain.set(type, (accepted = new Set()));
        accepted.add(typeName(argument(fact, 2, where)));
        return;
      }
      default:
        if (!WITHOUT_EFFECT.has(predicate)) fail(fact, where, "a predicate that the household does not know");
    }
  }

  /**
   * The game. Objects that no fact mentions are left out, as TextWorld leaves them out; receptacles and objects come in
   * the order of their ids.
   */
  build(info: ProblemInfo, goal: Goal, where: string): HouseholdFacts {
    if (this.#start === null) throw new UserError(`${where}: no (atLocation agent ...) says where the agent starts`);
    for (const { id, type, location } of this.#receptacles.values()) {
      if (type === "") throw new UserError(`${where}: receptacle ${id} has no (receptacleType ...)`);
      if (location === "") throw new UserError(`${where}: receptacle ${id} has no (receptacleAtLocation ...)`);
    }
    const receptacles = sortedById(this.#receptacles.values());
    const objects = sortedById(this.#objects.values());
    const indices = (ids: readonly string[], among: readonly { readonly id: string }[]): number[] =>
      ids.map((id) => among.findIndex((each) => each.id === id)).sort((a, b) => a - b);
    const declared = [...this.#declared.values()];
    return {
      id: info.id,
      source: info.source ?? "alfworld",
      split: info.split,
      task: info.task,
      goal,
      receptacles,
      objects: objects.map((draft): ObjectFact => ({
        ...draft,
        in: indices(draft.in, receptacles),
        inside: indices(draft.inside, objects),
        at: draft.at.sort(compareIds),
      })),
      locations: declared.flatMap(({ kind, id }) => (kind === "location" ? [id] : [])).sort(compareIds),
      start: this.#start,
      canContain: this.#canContain,
      ...(info.walkthrough === undefined ? {} : { walkthrough: info.walkthrough }),
    };
  }

  #entity(fact: readonly string[], position: number, kind: string, where: string): string {
    const name = argument(fact, position, where);
    const declared = this.#declared.get(name.toLowerCase());
    if (declared === undefined) return fail(fact, where, `${name} is not among the objects`);
    if (declared.kind !== kind) return fail(fact, where, `${name} is of type ${declared.kind}; ${kind} expected`);
    return declared.id;
  }

  #object(fact: readonly string[], position: number, where: string): ObjectDraft {
    const id = this.#entity(fact, position, "object", where);
    let draft = this.#objects.get(id);
    if (draft === undefined) this.#objects.set(id, (draft = emptyObject(id)));
    return draft;
  }

  #receptacle(fact: readonly string[], position: number, where: string): ReceptacleDraft {
    const id = this.#entity(fact, position, "receptacle", where);
    let draft = this.#receptacles.get(id);
    if (draft === undefined) {
      this.#receptacles.set(id, (draft = { id, type: "", location: "", openable: false, opened: false }));
    }
    return draft;
  }
}

function argument(fact: readonly string[], position: number, where: string): string {
  return fact[position] ?? fail(fact, where, `argument ${position} is missing`);
}

function fail(fact: readonly string[], where: string, reason: string): never {
  throw new UserError(`${where}: (${fact.join(" ")}): ${reason}`);
}

function sortedById<T extends { readonly id: string }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => compareIds(a.id, b.id));
}

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
