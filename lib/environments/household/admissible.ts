import type { Layout } from "./layout.ts";
import type { State } from "./state.ts";
import type { Wording } from "./wording.ts";

// The rules of the PDDL domain (alfworld/data/alfred.pddl), one predicate an action.

export const isHere = (layout: Layout, state: State, receptacle: number): boolean =>
  layout.receptacles[receptacle].location === state.location;

/** Not openable, or open. */
export const isAccessible = (layout: Layout, state: State, receptacle: number): boolean =>
  !layout.receptacles[receptacle].openable || state.opened[receptacle] === 1;

export function canTake(layout: Layout, state: State, object: number, receptacle: number): boolean {
  return (
    state.held < 0 &&
    layout.objects[object].fact.pickupable &&
    isHere(layout, state, receptacle) &&
    isAccessible(layout, state, receptacle) &&
    state.contents[receptacle].includes(object)
  );
}

export function canPut(layout: Layout, state: State, object: number, receptacle: number): boolean {
  return (
    state.held === object &&
    isHere(layout, state, receptacle) &&
    isAccessible(layout, state, receptacle) &&
    layout.receptacles[receptacle].accepts.has(layout.objects[object].fact.type)
  );
}

export type Treatment = "clean" | "cool" | "heat";
export const TREATMENTS: readonly Treatment[] = ["clean", "cool", "heat"];
const ABILITY = { clean: "cleanable", cool: "coolable", heat: "heatable" } as const;
const APPLIANCES = { clean: ["sink", "sinkbasin"], cool: ["fridge"], heat: ["microwave"] } as const;

/** The appliance need not be open. */
export function canTreat(layout: Layout, state: State, how: Treatment, object: number, receptacle: number): boolean {
  return (
    state.held === object &&
    layout.objects[object].fact[ABILITY[how]] &&
    isHere(layout, state, receptacle) &&
    (APPLIANCES[how] as readonly string[]).includes(layout.receptacles[receptacle].type)
  );
}

/** The lamp's receptacle is here; it need not be open. */
export function canUse(layout: Layout, state: State, object: number): boolean {
  return (
    layout.objects[object].fact.toggleable &&
    layout.receptaclesAt[state.location].some((receptacle) => state.contents[receptacle].includes(object))
  );
}

/** What is sliced need only be known at this location, be it in a closed receptacle. */
export function canSlice(layout: Layout, state: State, object: number, knife: number): boolean {
  const { type } = layout.objects[knife].fact;
  return (
    state.held === knife &&
    (type === "knife" || type === "butterknife") &&
    layout.objects[object].fact.sliceable &&
    state.objectLocations[object].includes(state.location)
  );
}

/** The commands that change something or tell something now, sorted as TextWorld sorts them. */
export function admissibleCommands(layout: Layout, state: State, wording: Wording): string[] {
  const { receptacles, objects } = layout;
  const commands = wording === "current" ? ["help", "inventory", "look"] : ["inventory", "look"];
  for (const receptacle of receptacles) {
    if (receptacle.location !== state.location) commands.push(`go to ${receptacle.name}`);
  }
  const { held } = state;
  const heldName = held < 0 ? "" : objects[held].name;
  if (held >= 0) commands.push(`examine ${heldName}`);
  for (const receptacle of layout.receptaclesAt[state.location]) {
    const { name, openable } = receptacles[receptacle];
    commands.push(`examine ${name}`);
    if (openable) commands.push(state.opened[receptacle] === 1 ? `close ${name}` : `open ${name}`);
    for (const object of state.contents[receptacle]) {
      if (canTake(layout, state, object, receptacle)) commands.push(`take ${objects[object].name} from ${name}`);
      if (objects[object].fact.toggleable) commands.push(`use ${objects[object].name}`);
    }
    if (held < 0) continue;
    if (canPut(layout, state, held, receptacle)) commands.push(putCommand(heldName, name, wording));
    for (const how of TREATMENTS) {
      if (canTreat(layout, state, how, held, receptacle)) commands.push(`${how} ${heldName} with ${name}`);
    }
  }
  if (held >= 0) {
    for (const object of layout.sliceable) {
      if (canSlice(layout, state, object, held)) commands.push(`slice ${objects[object].name} with ${heldName}`);
    }
  }
  return withoutRepeats(commands.sort());
}

export function putCommand(object: string, receptacle: string, wording: Wording): string {
  return wording === "2.1.1" ? `put ${object} in/on ${receptacle}` : `move ${object} to ${receptacle}`;
}

/** `use` of a lamp that is in two receptacles here is one command. */
function withoutRepeats(sorted: string[]): string[] {
  return sorted.filter((command, index) => index === 0 || command !== sorted[index - 1]);
}
