import { withoutEndMarks } from "./actions.ts";

/** A place or a thing with its condition, as far as the turns tell. */
export interface Tracked {
  readonly name: string;
  readonly status: "normal" | "opened" | "closed" | "cleaned" | "heated" | "cooled";
}

/** What a trajectory does that cannot be; it is no gold. */
export class StateError extends Error {
  override readonly name = "StateError";
}

/**
 * Follows a household trajectory by its text alone: where the agent is, what it holds, what was seen where (KnowSelf's
 * `AlfworldState`). It knows only what was said, so that it also follows texts that no game at hand has produced, with
 * names such as "remote control 2".
 */
export class AlfworldState {
  /** Places that the first observation names, in its order. */
  readonly reachable: readonly string[];
  readonly #seen = new Map<string, Set<string>>();
  #location: Tracked | null = null;
  #held: Tracked | null = null;

  /** @param task the first observation: what is in the room, and the task */
  constructor(task: string) {
    this.reachable = [...task.matchAll(/\b(?:a|an)\s+(\w+)\s+(\d+)/g)].map(([, type, number]) => `${type} ${number}`);
  }

  /** Where the agent stands; null before it has gone anywhere. */
  get location(): Tracked | null {
    return this.#location;
  }

  get held(): Tracked | null {
    return this.#held;
  }

  /** Objects that the turns place there, in the order in which they were seen. */
  contents(place: string): readonly string[] {
    return [...(this.#seen.get(place) ?? [])];
  }

  /**
   * One action and what it led to, both as messages (`Thought: …\nAction: …`, `Observation: …`). Throws `StateError`
   * where the action cannot be read, was refused, or cannot follow on the state.
   */
  apply(action: string, observation: string): void {
    const said = /Action:\s?(.*)/s.exec(action)?.[1];
    const seen = /Observation:\s?(.*)/s.exec(observation)?.[1];
    if (said === undefined) throw new StateError("no 'Action:' in the agent's turn");
    if (seen === undefined) throw new StateError("no 'Observation:' in the answer");
    const command = withoutEndMarks(said.trim());
    const refused = seen.includes("Nothing happens");
    // Who goes to where it stands is refused; that changes nothing.
    if (refused && !command.startsWith("go to ")) throw new StateError(`${command} was refused`);
    this.#follow(command, seen);
  }

  #follow(command: string, seen: string): void {
    const [verb] = command.split(" ", 1);
    const parts = COMMANDS[verb]?.exec(command)?.slice(1);
    if (!parts) throw new StateError(`${JSON.stringify(command)} is no command`);
    const [object, place] = parts;
    if (verb === "go") return this.#go(object, seen);
    if (verb === "open" || verb === "close") return this.#turn(object, verb, seen);
    if (verb === "take") return this.#take(object, place);
    if (verb === "put" || verb === "move") return this.#put(object, place);
    if (verb in TREATED) this.#held = { ...this.#inHand(verb), status: TREATED[verb] };
  }

  #go(place: string, observation: string): void {
    if (!this.reachable.includes(place)) throw new StateError(`${place} is not in the room`);
    const status = observation.includes("open") ? "opened" : observation.includes("closed") ? "closed" : "normal";
    const stays = observation.includes("Nothing happens") && this.#location?.name === place;
    if (!stays) this.#location = { name: place, status };
    this.#see(place, observation);
  }

  #turn(place: string, verb: "open" | "close", observation: string): void {
    if (this.#location?.name !== place) throw new StateError(`${verb} ${place} from elsewhere`);
    this.#location = { name: place, status: verb === "open" ? "opened" : "closed" };
    if (verb === "open") this.#see(place, observation);
  }

  #take(object: string, place: string): void {
    if (this.#held) throw new StateError(`takes ${object} while holding ${this.#held.name}`);
    const known = this.#seen.get(place);
    if (known && !known.delete(object)) throw new StateError(`${object} was not seen at ${place}`);
    this.#held = { name: object, status: "normal" };
  }

  #put(object: string, place: string): void {
    this.#inHand("put");
    this.#seen.set(place, (this.#seen.get(place) ?? new Set()).add(object));
    this.#held = null;
  }

  #inHand(verb: string): Tracked {
    if (this.#held) return this.#held;
    throw new StateError(`${verb} with nothing in hand`);
  }

  #see(place: string, observation: string): void {
    const at = observation.indexOf("you see");
    const objects = at < 0 ? [] : [...observation.slice(at).matchAll(OBJECT)].map(([, type, n]) => `${type} ${n}`);
    if (objects.length > 0) this.#seen.set(place, new Set([...(this.#seen.get(place) ?? []), ...objects]));
  }
}

/** An object's type may be two words: "an alarm clock 1". */
const OBJECT = /\b(?:a|an)\s+(\w+(?:\s+\w+)*?)\s+(\d+)/g;

const TREATED: Record<string, Tracked["status"]> = { clean: "cleaned", heat: "heated", cool: "cooled" };

/** Object and place of each command; `move x to y` is what today's ALFWorld has for `put`. */
const COMMANDS: Record<string, RegExp> = {
  go: /^go to (.*)$/s,
  take: /^take (.*) from (.*)$/s,
  put: /^put (.*) in\/on (.*)$/s,
  move: /^move (.*) to (.*)$/s,
  open: /^open (.*)$/s,
  close: /^close (.*)$/s,
  toggle: /^toggle (.*)$/s,
  clean: /^clean (.*) with/s,
  heat: /^heat (.*) with/s,
  cool: /^cool (.*) with/s,
  use: /^use (.*)$/s,
  examine: /^examine (.*)$/s,
};
