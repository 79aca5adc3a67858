import { typeOf, type Reading } from "../../environments/index.ts";

/** What a reader of the observations knows of a room: where it stands, what it holds, what lies where, what was refused. */
export class RoomMemory {
  readonly receptacles: readonly string[];
  held: string | null = null;
  /** Where the object in hand was taken. */
  takenFrom: string | null = null;
  /** The receptacle last walked to. */
  arrivedAt: string | null = null;
  readonly #here = new Set<string>();
  readonly #contents = new Map<string, readonly string[]>();
  readonly #closed = new Set<string>();
  readonly #treated = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(receptacles: readonly string[]) {
    this.receptacles = receptacles;
  }

  isHere(receptacle: string): boolean {
    return this.#here.has(receptacle);
  }

  isClosed(receptacle: string): boolean {
    return this.#closed.has(receptacle);
  }

  /** What was last seen there; null where nobody looked. */
  contents(receptacle: string): readonly string[] | null {
    return this.#contents.get(receptacle) ?? null;
  }

  /** Whether the object was cleaned, or is hot or cool from `heat` or `cool`. */
  isTreated(object: string, verb: string): boolean {
    return this.#treated.has(`${verb} ${object}`);
  }

  wasRefused(verb: string, ...entities: string[]): boolean {
    return this.#refused.has([verb, ...entities].join(" "));
  }

  /** Seen objects of a type with their receptacles, in the order of the first observation. */
  placesOf(type: string): { object: string; receptacle: string }[] {
    return this.receptacles.flatMap((receptacle) =>
      (this.#contents.get(receptacle) ?? [])
        .filter((object) => typeOf(object) === type)
        .map((object) => ({ object, receptacle })),
    );
  }

  /** Takes in a command and what was read in the answer. */
  record(verb: string, entities: readonly string[], reading: Reading): void {
    const [first, second] = entities;
    if (reading.kind === "refused") {
      if (verb === "go" && first !== undefined)
        this.#arrive(first); // it stands where the agent already is
      else this.#refused.add([verb, ...entities].join(" "));
      return;
    }
    if (verb === "go") {
      this.#here.clear();
      this.#arrive(first);
    }
    if (reading.kind === "closed") this.#closed.add(reading.receptacle);
    if (reading.kind === "contents") {
      this.#closed.delete(reading.receptacle);
      this.#contents.set(reading.receptacle, reading.objects);
    }
    if (verb === "close") this.#closed.add(first);
    if (verb === "take") {
      [this.held, this.takenFrom] = [first, second];
      this.#contents.set(
        second,
        (this.contents(second) ?? []).filter((object) => object !== first),
      );
    }
    if (verb === "put" || verb === "move") {
      this.held = this.takenFrom = null;
      this.#contents.set(second, [...(this.contents(second) ?? []), first]);
    }
    if (verb === "clean" || verb === "heat" || verb === "cool") this.#treated.add(`${verb} ${first}`);
    if (verb === "heat") this.#treated.delete(`cool ${first}`);
    if (verb === "cool") this.#treated.delete(`heat ${first}`);
  }

  #arrive(receptacle: string): void {
    this.#here.add(receptacle);
    this.arrivedAt = receptacle;
  }
}
