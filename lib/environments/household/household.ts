import type { Environment, StepResult, TaskInfo } from "../environment.ts";
import * as rules from "./admissible.ts";
import type { HouseholdFacts } from "./facts.ts";
import { goalHolds } from "./goal.ts";
import { layoutOf, type Layout } from "./layout.ts";
import {
  CLEAN,
  COOL,
  HOT,
  SLICED,
  TOGGLED,
  copyState,
  initialState,
  withValue,
  withoutValue,
  type State,
} from "./state.ts";
import { viewOf, type HouseholdView } from "./view.ts";
import * as text from "./wording.ts";

export interface HouseholdOptions {
  /** Default `2.1.1`. */
  readonly wording?: text.Wording;
}

/**
 * A household as ALFWorld's text game plays it: the same observations and admissible commands as TextWorld 1.7.0 with
 * alfworld 0.4.2, byte for byte, in both wordings. It goes on answering after the goal is reached, as TextWorld does.
 */
export class Household implements Environment {
  readonly task: TaskInfo;
  readonly facts: HouseholdFacts;
  readonly wording: text.Wording;
  readonly #layout: Layout;
  #state: State;
  #won: boolean;

  constructor(facts: HouseholdFacts, options: HouseholdOptions = {}) {
    this.facts = facts;
    this.wording = options.wording ?? "2.1.1";
    this.task = { id: facts.id, type: facts.goal.type, source: facts.source, split: facts.split, goal: facts.task };
    this.#layout = layoutOf(facts);
    this.#state = initialState(this.#layout);
    this.#won = goalHolds(this.#layout, this.#state);
  }

  reset(): string {
    this.#state = initialState(this.#layout);
    this.#won = goalHolds(this.#layout, this.#state);
    return text.introText(this.#layout, this.#state);
  }

  /** One command, which must be an admissible one to the letter; blanks around it do not matter. */
  step(action: string): StepResult {
    const observation = this.#perform(action.trim());
    const invalid = observation === null;
    if (!invalid) this.#won = goalHolds(this.#layout, this.#state);
    return {
      observation: observation ?? text.NOTHING_HAPPENS,
      reward: this.#won ? 1 : 0,
      done: this.#won,
      invalid,
    };
  }

  actions(): string[] {
    return rules.admissibleCommands(this.#layout, this.#state, this.wording);
  }

  /** The whole state in names, for analysis and displays; an agent must not see it. */
  view(): HouseholdView {
    return viewOf(this.#layout, this.#state);
  }

  clone(): Household {
    const copy = new Household(this.facts, { wording: this.wording });
    copy.#state = copyState(this.#state);
    copy.#won = this.#won;
    return copy;
  }

  /** Changes the state and returns the observation; null, and nothing changed, where the command is not admissible. */
  #perform(command: string): string | null {
    const end = command.indexOf(" ");
    const verb = end < 0 ? command : command.slice(0, end);
    const rest = end < 0 ? "" : command.slice(end + 1);
    switch (verb) {
      case "look":
        return end < 0 ? text.lookText(this.#layout, this.#state) : null;
      case "inventory":
        return end < 0 ? text.inventoryText(this.#layout, this.#state) : null;
      case "help":
        return end < 0 && this.wording === "current" ? text.HELP_TEXT : null;
      case "go":
        return rest.startsWith("to ") ? this.#goTo(rest.slice(3)) : null;
      case "open":
        return this.#setOpen(rest, 1);
      case "close":
        return this.#setOpen(rest, 0);
      case "take":
        return this.#take(rest);
      case "put":
        return this.wording === "2.1.1" ? this.#put(rest, " in/on ") : null;
      case "move":
        return this.wording === "current" ? this.#put(rest, " to ") : null;
      case "clean":
      case "cool":
      case "heat":
        return this.#treat(verb, rest);
      case "use":
        return this.#use(rest);
      case "slice":
        return this.#slice(rest);
      case "examine":
        return this.#examine(rest);
      default:
        return null;
    }
  }

  #goTo(name: string): string | null {
    const receptacle = this.#layout.receptacleByName.get(name);
    if (receptacle === undefined || rules.isHere(this.#layout, this.#state, receptacle)) return null;
    this.#state.location = this.#layout.receptacles[receptacle].location;
    return text.arriveText(this.#layout, this.#state, receptacle, this.wording);
  }

  #setOpen(name: string, opened: 0 | 1): string | null {
    const receptacle = this.#layout.receptacleByName.get(name);
    if (receptacle === undefined || !this.#layout.receptacles[receptacle].openable) return null;
    if (!rules.isHere(this.#layout, this.#state, receptacle) || this.#state.opened[receptacle] === opened) return null;
    this.#state.opened[receptacle] = opened;
    if (opened === 0) return `You close the ${name}.`;
    return `You open the ${name}. ${text.receptacleText(this.#layout, this.#state, receptacle)}`;
  }

  #take(rest: string): string | null {
    const pair = this.#pair(rest, " from ");
    if (pair === null || !rules.canTake(this.#layout, this.#state, pair.object, pair.receptacle)) return null;
    const state = this.#state;
    const { object, receptacle } = pair;
    state.contents[receptacle] = withoutValue(state.contents[receptacle], object);
    state.objectLocations[object] = withoutValue(state.objectLocations[object], state.location);
    state.takenFrom.set(object, withValue(state.takenFrom.get(object) ?? [], receptacle));
    state.held = object;
    return `You pick up the ${pair.objectName} from the ${pair.receptacleName}.`;
  }

  #put(rest: string, between: string): string | null {
    const pair = this.#pair(rest, between);
    if (pair === null || !rules.canPut(this.#layout, this.#state, pair.object, pair.receptacle)) return null;
    const state = this.#state;
    const { object, receptacle } = pair;
    state.contents[receptacle] = withValue(state.contents[receptacle], object);
    state.objectLocations[object] = withValue(state.objectLocations[object], state.location);
    state.takenFrom.set(object, withoutValue(state.takenFrom.get(object) ?? [], receptacle));
    state.held = -1;
    return this.wording === "2.1.1"
      ? `You put the ${pair.objectName} in/on the ${pair.receptacleName}.`
      : `You move the ${pair.objectName} to the ${pair.receptacleName}.`;
  }

  #treat(how: rules.Treatment, rest: string): string | null {
    const pair = this.#pair(rest, " with ");
    if (pair === null || !rules.canTreat(this.#layout, this.#state, how, pair.object, pair.receptacle)) return null;
    const condition = this.#state.condition;
    if (how === "clean") condition[pair.object] |= CLEAN;
    else if (how === "heat") condition[pair.object] = (condition[pair.object] | HOT) & ~COOL;
    else condition[pair.object] = (condition[pair.object] | COOL) & ~HOT;
    return `You ${how} the ${pair.objectName} using the ${pair.receptacleName}.`;
  }

  /** A lamp, once used, stays on: the goal and the text read "toggled", which nothing takes back. */
  #use(name: string): string | null {
    const object = this.#layout.objectByName.get(name);
    if (object === undefined || !rules.canUse(this.#layout, this.#state, object)) return null;
    this.#state.condition[object] |= TOGGLED;
    return `You turn on the ${name}.`;
  }

  #slice(rest: string): string | null {
    const at = rest.indexOf(" with ");
    if (at < 0) return null;
    const object = this.#layout.objectByName.get(rest.slice(0, at));
    const knife = this.#layout.objectByName.get(rest.slice(at + 6));
    if (object === undefined || knife === undefined) return null;
    if (!rules.canSlice(this.#layout, this.#state, object, knife)) return null;
    this.#state.condition[object] |= SLICED;
    return `You sliced the ${this.#layout.objects[object].name} with the ${this.#layout.objects[knife].name}.`;
  }

  /** A receptacle here, or the object in the hand; of other objects the published domain sees nothing. */
  #examine(name: string): string | null {
    const receptacle = this.#layout.receptacleByName.get(name);
    if (receptacle !== undefined) {
      if (!rules.isHere(this.#layout, this.#state, receptacle)) return null;
      return text.receptacleText(this.#layout, this.#state, receptacle);
    }
    const object = this.#layout.objectByName.get(name);
    if (object === undefined || object !== this.#state.held) return null;
    return text.objectText(this.#layout, this.#state, object);
  }

  #pair(rest: string, between: string): Pair | null {
    const at = rest.indexOf(between);
    if (at < 0) return null;
    const objectName = rest.slice(0, at);
    const receptacleName = rest.slice(at + between.length);
    const object = this.#layout.objectByName.get(objectName);
    const receptacle = this.#layout.receptacleByName.get(receptacleName);
    return object === undefined || receptacle === undefined ? null : { object, receptacle, objectName, receptacleName };
  }
}

interface Pair {
  readonly object: number;
  readonly receptacle: number;
  readonly objectName: string;
  readonly receptacleName: string;
}
