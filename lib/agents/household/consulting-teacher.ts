import {
  readAction,
  readIntro,
  readObservation,
  roomKind,
  typeOf,
  type PlacementPrior,
  type RoomKind,
} from "../../environments/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { SearchTeacher } from "./search-teacher.ts";

/** What a household's rules say of one type of object. */
export interface KnownPlaces {
  /** The rule in words. */
  readonly text: string;
  /** Receptacles to search first, in this order. */
  readonly receptacles: readonly string[];
}

/** How a search stands. */
export interface SearchState {
  /** The agent's turns so far. */
  readonly turn: number;
  /** Receptacles looked into since the search began. */
  readonly searched: number;
  /** Things seen in this episode that lie where such things hardly ever lie. */
  readonly odd: number;
}

export interface ConsultingOptions {
  readonly prior: PlacementPrior;
  /** What is known of where objects of this type are kept; null: nothing. */
  readonly places: (object: string) => KnownPlaces | null;
  /** Whether to ask for knowledge now. Asked at each turn of a search, until it says yes. */
  readonly asks: (state: SearchState) => boolean;
  /** Asking is somebody else's idea, and not to be learnt. */
  readonly prompted?: boolean;
}

/** A chance below which a thing's place is odd. */
const HARDLY_EVER = 0.03;

/**
 * The searching teacher with a household's rules at hand: once in each search it may ask for what is known of the object,
 * and then searches there first.
 */
export class ConsultingTeacher implements Agent {
  readonly name = "consulting-teacher";
  readonly #options: ConsultingOptions;
  readonly #teacher: SearchTeacher;
  readonly #asked = new Set<string>();
  readonly #odd = new Set<string>();
  #kind!: RoomKind;
  #turn = 0;
  #searched = 0;
  #seeking: string | null = null;

  constructor(options: ConsultingOptions) {
    this.#options = options;
    this.#teacher = new SearchTeacher(options.prior);
  }

  begin(firstObservation: string): void {
    this.#teacher.begin(firstObservation);
    this.#kind = roomKind(readIntro(firstObservation)!.receptacles.map(typeOf));
    this.#asked.clear();
    this.#odd.clear();
    [this.#turn, this.#searched, this.#seeking] = [0, 0, null];
  }

  act(): Decision | null {
    const object = this.#teacher.seeks();
    if (object !== this.#seeking) [this.#seeking, this.#searched] = [object, 0];
    const state = { turn: this.#turn++, searched: this.#searched, odd: this.#odd.size };
    if (object === null || this.#asked.has(object) || !this.#options.asks(state)) return this.#teacher.act();
    this.#asked.add(object);
    const places = this.#options.places(object);
    if (places) this.#teacher.advise(object, places.receptacles);
    const decision = this.#teacher.act();
    const prompted = this.#options.prompted ? { prompted: true } : {};
    return decision && { ...decision, knowledge: places?.text ?? "", ...prompted };
  }

  observe(action: string, observation: string): void {
    this.#teacher.observe(action, observation);
    const { verb } = readAction(action);
    const reading = readObservation(observation);
    if (reading.kind !== "contents") return;
    if (verb === "go" || verb === "open" || verb === "examine") this.#searched++;
    const place = typeOf(reading.receptacle);
    for (const object of reading.objects) {
      if (this.#options.prior.chance(this.#kind, typeOf(object), place) < HARDLY_EVER) this.#odd.add(object);
    }
  }
}
