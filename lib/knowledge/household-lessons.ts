import { readAction, readObservation, typeOf } from "../environments/index.ts";
import type { StepPair } from "../trajectory/index.ts";
import { observationOf, readHouseholdState, type HouseholdState } from "./household-state.ts";
import type { Lesson } from "./lesson.ts";
import { actionText, before } from "./pair-text.ts";

type Command = ReturnType<typeof readAction>;

/** A pair as a program sees it: where the agent stood, what was right, what it did, and whether that changed nothing. */
interface HouseholdStep {
  readonly state: HouseholdState;
  readonly right: Command;
  readonly other: Command;
  readonly wasRefused: boolean;
}

const TREATS = new Set(["clean", "heat", "cool"]);
const PUTS = new Set(["put", "move"]);

const isTwo = ({ state }: HouseholdStep): boolean => state.goal.type === "pick_two_obj_and_place";
const isLook = ({ state }: HouseholdStep): boolean => state.goal.type === "look_at_obj_in_light";
const holdsWanted = ({ state }: HouseholdStep): boolean =>
  state.held !== null && typeOf(state.held) === state.goal.object;
const typesOf = ({ entities }: Command): string[] => entities.map(typeOf);

/** In this order: the first that applies is what a pair teaches. */
export const HOUSEHOLD_LESSONS: readonly Lesson<HouseholdStep>[] = [
  {
    rule: "When the agent stands at a closed receptacle and needs what may be inside or has to put something in, the agent should open it before anything else.",
    type: "Error",
    applies: ({ right }) => right.verb === "open",
  },
  {
    rule: "When the agent holds the object at the appliance that cleans, heats or cools it, the agent should clean, heat or cool it directly, without opening the appliance or putting the object in.",
    type: "Error",
    applies: ({ right }) => TREATS.has(right.verb),
  },
  {
    rule: "When the agent holds the object to look at and the lamp is within reach, the agent should use the lamp and should not take, move or examine it.",
    type: "Error",
    applies: ({ right }) => right.verb === "use",
  },
  {
    rule: "When the agent sees several objects, the agent should take only one of the kind that the task names.",
    type: "Error",
    applies: ({ right, other }) => right.verb === "take" && other.verb === "take" && differ(right, other),
  },
  {
    rule: "When the agent sees an object that the task asks for and its hands are empty, the agent should take it before it goes anywhere else.",
    type: "Error",
    applies: ({ right }) => right.verb === "take",
  },
  {
    rule: "When the task asks for two objects, the agent should bring the first one to its place before it looks for the second.",
    type: "Success Process",
    applies: (step) => isTwo(step) && holdsWanted(step) && (PUTS.has(step.right.verb) || step.right.verb === "go"),
  },
  {
    rule: "When the agent holds the object in the wanted state and stands at the place that the task names, the agent should put it down there at once.",
    type: "Error",
    applies: ({ right }) => PUTS.has(right.verb),
  },
  {
    rule: "When the task asks for two objects and one is already in its place, the agent should leave that one there and look for another.",
    type: "Error",
    applies: (step) => isTwo(step) && step.right.verb === "go" && step.other.verb === "take",
  },
  {
    rule: "When the agent holds an object already, the agent should put it where it belongs before it takes another.",
    type: "Error",
    applies: ({ state, right, other }) => right.verb === "go" && other.verb === "take" && state.held !== null,
  },
  {
    rule: "When the agent holds an object that has still to be cleaned, heated or cooled, the agent should go to the sink basin, microwave or fridge first and to the final place afterwards.",
    type: "Success Process",
    applies: ({ state, right }) =>
      right.verb === "go" && state.need.kind === "treat" && typesOf(right)[0] === state.need.appliance,
  },
  {
    rule: "When the agent holds the object to look at, the agent should look for the lamp with the object in its hands.",
    type: "Success Process",
    applies: (step) => isLook(step) && holdsWanted(step) && step.right.verb === "go",
  },
  {
    rule: "When the agent is not yet at a receptacle, the agent should go there before it opens it, puts something there or uses what is in it.",
    type: "Error",
    applies: ({ state, right, other, wasRefused }) =>
      right.verb === "go" && other.verb !== "go" && wasRefused && other.entities.at(-1) !== state.at,
  },
  {
    rule: "When the agent holds the object in the wanted state, the agent should go straight to the kind of receptacle that the task names.",
    type: "Error",
    applies: (step) => holdsWanted(step) && step.right.verb === "go",
  },
  {
    rule: "When the agent has looked at a receptacle and the object is not there, the agent should go on to one that it has not looked at yet.",
    type: "Error",
    applies: ({ state, right }) => right.verb === "go" && state.held === null,
  },
  {
    rule: "When an action changes nothing, the agent should choose another one that fits where it stands and what it holds.",
    type: "Error",
    applies: ({ wasRefused }) => wasRefused,
  },
];

/** Reads a pair of ALFWorld; null where it cannot be read. */
export function readHouseholdStep(pair: StepPair): HouseholdStep | null {
  const state = readHouseholdState(before(pair));
  if (state === null) return null;
  const right = readAction(actionText(pair.golden_action));
  const other = readAction(actionText(pair.explore_action));
  const answer = readObservation(observationOf(pair.explore_observation ?? ""));
  return { state, right, other, wasRefused: answer.kind === "refused" };
}

const differ = (a: Command, b: Command): boolean => typesOf(a)[0] !== typesOf(b)[0];
