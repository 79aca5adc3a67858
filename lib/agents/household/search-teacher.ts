import {
  readAction,
  readIntro,
  readObservation,
  readTask,
  roomKind,
  TASK_TREATMENTS,
  typeOf,
  type Goal,
  type PlacementPrior,
} from "../../environments/index.ts";
import { UserError } from "../../base/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { RoomMemory } from "./room-memory.ts";

/** Types that usually have a door: a look inside costs two commands. */
const COST: Record<string, number> = { cabinet: 2, drawer: 2, fridge: 2, microwave: 2, safe: 2 };

/**
 * A scripted teacher for ALFWorld's six task types. It searches with no privileged knowledge: it reads the observations
 * and knows from the prior where such objects tend to lie. Types of receptacles are visited in the order of chance by
 * cost, receptacles of a type in the order of the first observation. Its thoughts name what it needs next.
 */
export class SearchTeacher implements Agent {
  readonly name = "search-teacher";
  readonly #prior: PlacementPrior;
  #goal!: Goal;
  #memory!: RoomMemory;
  #objectOrder!: readonly string[];
  #lampOrder!: readonly string[];
  /** Where the first of two objects was put; the second has to lie there as well. */
  #chosenTarget: string | null = null;

  constructor(prior: PlacementPrior) {
    this.#prior = prior;
  }

  begin(firstObservation: string): void {
    const intro = readIntro(firstObservation);
    const goal = intro && readTask(intro.task);
    if (!goal) throw new UserError(`the teacher cannot read this first observation: ${firstObservation.slice(0, 300)}`);
    this.#goal = goal;
    this.#memory = new RoomMemory(intro.receptacles);
    this.#chosenTarget = null;
    const bare = goal.type === "pick_and_place_simple" || goal.type === "pick_two_obj_and_place";
    this.#objectOrder = this.#searchOrder(goal.object, bare ? goal.receptacle : null);
    this.#lampOrder = goal.lamp === null ? [] : this.#searchOrder(goal.lamp, null);
  }

  /** Reorders the search for objects of this type: these receptacles first, in their order. */
  advise(object: string, receptacles: readonly string[]): void {
    const rank = (name: string): number => receptacles.indexOf(name) + 1 || receptacles.length + 1;
    const first = (order: readonly string[]): string[] => [...order].sort((a, b) => rank(a) - rank(b));
    if (object === this.#goal.object) this.#objectOrder = first(this.#objectOrder);
    if (object === this.#goal.lamp) this.#lampOrder = first(this.#lampOrder);
  }

  /** The type of object that it has to search for now, having seen none that it could take or use; null: none. */
  seeks(): string | null {
    const { held } = this.#memory;
    if (held === null) return this.#known() ? null : this.#goal.object;
    const { lamp } = this.#goal;
    return lamp === null || typeOf(held) !== this.#goal.object || this.#memory.placesOf(lamp).length > 0 ? null : lamp;
  }

  act(): Decision | null {
    const held = this.#memory.held;
    // "another" says that one is delivered already: where it lies is no place to search.
    const begun = this.#goal.type === "pick_two_obj_and_place" && this.#chosenTarget !== null;
    const wanted = begun ? `another ${this.#goal.object}` : this.#goal.object;
    if (held === null) return think(wanted, this.#find());
    if (typeOf(held) !== this.#goal.object) return this.#drop(held);
    const [verb, appliance] = TASK_TREATMENTS[this.#goal.type] ?? [];
    if (verb && appliance && !this.#memory.isTreated(held, verb))
      return think(appliance, this.#treat(held, verb, appliance));
    if (this.#goal.lamp !== null) return think(this.#goal.lamp, this.#light(this.#goal.lamp));
    return think(this.#goal.receptacle!, this.#deliver(held));
  }

  observe(action: string, observation: string): void {
    const { verb, entities } = readAction(action);
    const reading = readObservation(observation);
    this.#memory.record(verb, entities, reading);
    if (reading.kind === "refused" || typeOf(entities[0] ?? "") !== this.#goal.object) return;
    if (verb === "put" && typeOf(entities[1]) === this.#goal.receptacle) this.#chosenTarget = entities[1];
    if (verb === "take" && entities[1] === this.#chosenTarget) this.#chosenTarget = null;
  }

  /** Receptacles by the chance of finding an object of this type, by cost; those of type `last` at the end. */
  #searchOrder(object: string, last: string | null): string[] {
    const types = [...new Set(this.#memory.receptacles.map(typeOf))];
    const kind = roomKind(types);
    const gain = new Map(
      types.map((type) => {
        const value = this.#prior.chance(kind, object, type) / (COST[type] ?? 1);
        return [type, type === last ? value - 10 : value];
      }),
    );
    const order = [...types].sort((a, b) => gain.get(b)! - gain.get(a)! || (a < b ? -1 : 1));
    return order.flatMap((type) => this.#memory.receptacles.filter((receptacle) => typeOf(receptacle) === type));
  }

  /** Takes a wanted object that was seen, else looks for one. */
  #find(): string | null {
    const choice = this.#known();
    return choice
      ? this.#at(choice.receptacle, `take ${choice.object} from ${choice.receptacle}`)
      : this.#search(this.#objectOrder);
  }

  /** A wanted object that was seen and is not where it should be. */
  #known(): { object: string; receptacle: string } | undefined {
    const memory = this.#memory;
    const two = this.#goal.type === "pick_two_obj_and_place";
    const target = two ? this.#target() : null;
    const delivered = new Set(target === null ? [] : memory.contents(target));
    const treatment = TASK_TREATMENTS[this.#goal.type]?.[0];
    const seen = memory.placesOf(this.#goal.object).filter(({ object, receptacle }) => {
      if (receptacle === target || delivered.has(object)) return false;
      const done = treatment !== undefined && memory.isTreated(object, treatment);
      return !(done && typeOf(receptacle) === this.#goal.receptacle) && !memory.wasRefused("take", object, receptacle);
    });
    return seen.find(({ receptacle }) => memory.isHere(receptacle)) ?? seen[0];
  }

  #treat(held: string, verb: string, appliance: string): string | null {
    const places = this.#memory.receptacles.filter((receptacle) => typeOf(receptacle) === appliance);
    const place = places.find((receptacle) => this.#memory.isHere(receptacle)) ?? places[0];
    if (place === undefined) return null;
    return this.#memory.isHere(place) ? `${verb} ${held} with ${place}` : `go to ${place}`;
  }

  #light(lamp: string): string | null {
    const seen = this.#memory.placesOf(lamp);
    const choice = seen.find(({ receptacle }) => this.#memory.isHere(receptacle)) ?? seen[0];
    if (!choice) return this.#search(this.#lampOrder);
    return this.#memory.isHere(choice.receptacle) ? `use ${choice.object}` : `go to ${choice.receptacle}`;
  }

  #deliver(held: string): string | null {
    const target = this.#target(held);
    return target === null ? null : this.#at(target, `put ${held} in/on ${target}`);
  }

  /** The receptacle to fill: for two objects the one that has the first, else one at hand, else the first of the list. */
  #target(held?: string): string | null {
    const memory = this.#memory;
    const places = memory.receptacles.filter((receptacle) => {
      return typeOf(receptacle) === this.#goal.receptacle && !(held && memory.wasRefused("put", held, receptacle));
    });
    if (this.#goal.type === "pick_two_obj_and_place") {
      if (this.#chosenTarget !== null) return this.#chosenTarget;
      const begun = memory.placesOf(this.#goal.object).find(({ receptacle }) => places.includes(receptacle));
      if (begun) return begun.receptacle;
      if (!held) return null;
    }
    return places.find((receptacle) => memory.isHere(receptacle)) ?? places[0] ?? null;
  }

  /** Puts down what is not wanted: where it was taken, else here, else anywhere known. */
  #drop(held: string): Decision | null {
    const memory = this.#memory;
    const candidates = [memory.takenFrom, ...memory.receptacles.filter((r) => memory.isHere(r)), ...this.#objectOrder];
    const fits = (receptacle: string | null): receptacle is string =>
      receptacle !== null && memory.contents(receptacle) !== null && !memory.wasRefused("put", held, receptacle);
    const known = candidates.filter(fits);
    const place = known.find((receptacle) => memory.isHere(receptacle)) ?? known[0];
    if (place === undefined) return null;
    return { thought: "I should drop this", action: this.#at(place, `put ${held} in/on ${place}`) };
  }

  /** The next receptacle that was not looked into. */
  #search(order: readonly string[]): string | null {
    const memory = this.#memory;
    const arrived = memory.arrivedAt;
    if (arrived !== null && memory.isClosed(arrived) && memory.contents(arrived) === null) return `open ${arrived}`;
    const next = order.find(
      (receptacle) => memory.contents(receptacle) === null && !memory.wasRefused("examine", receptacle),
    );
    if (next === undefined) return null;
    if (!memory.isHere(next)) return `go to ${next}`;
    return memory.isClosed(next) ? `open ${next}` : `examine ${next}`;
  }

  /** `command`, which needs the receptacle at hand and open, or what is missing for it. */
  #at(receptacle: string, command: string): string {
    if (!this.#memory.isHere(receptacle)) return `go to ${receptacle}`;
    return this.#memory.isClosed(receptacle) ? `open ${receptacle}` : command;
  }
}

function think(need: string, action: string | null): Decision | null {
  return action === null ? null : { thought: `I need ${need}`, action };
}
