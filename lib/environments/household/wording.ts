import type { Layout } from "./layout.ts";
import { CLEAN, COOL, HOT, SLICED, TOGGLED, type State } from "./state.ts";

/** `2.1.1` is the text of the published papers; `current` that of today's alfworld download. */
export const WORDINGS = ["2.1.1", "current"] as const;
export type Wording = (typeof WORDINGS)[number];

/** The answer to everything that is not admissible. */
export const NOTHING_HAPPENS = "Nothing happens.";

/** The first observation: welcome, what is in the room, the task. */
export function introText(layout: Layout, state: State): string {
  const room =
    layout.receptaclesAt[layout.start].length > 0
      ? lookText(layout, state)
      : `You are in the middle of a room. Looking quickly around you, you see ${list(layout.receptacles.map((r) => r.name))}.`;
  return `-= Welcome to TextWorld, ALFRED! =-\n\n${room}\n\nYour task is to: ${layout.facts.task}.`;
}

export function arriveText(layout: Layout, state: State, receptacle: number, wording: Wording): string {
  const { name, location } = layout.receptacles[receptacle];
  const place = wording === "2.1.1" ? layout.locationNames[location] : name;
  return `You arrive at ${place}. ${receptacleText(layout, state, receptacle)}`;
}

export function receptacleText(layout: Layout, state: State, receptacle: number): string {
  const { name, openable } = layout.receptacles[receptacle];
  if (openable && state.opened[receptacle] === 0) return `The ${name} is closed.`;
  const seen = objectList(layout, state.contents[receptacle]);
  return openable ? `The ${name} is open. In it, you see ${seen}.` : `On the ${name}, you see ${seen}.`;
}

export function objectText(layout: Layout, state: State, object: number): string {
  const { name, fact, inside } = layout.objects[object];
  if (fact.isReceptacle) return `This is a normal ${name}. In it, you see ${objectList(layout, inside)}.`;
  const condition = state.condition[object];
  const temperature = condition & HOT ? "hot" : condition & COOL ? "cool" : "";
  const words = [temperature, condition & CLEAN ? "clean" : ""].filter((word) => word !== "");
  if (condition & SLICED && words.length > 0) return `This is a ${words.join(" and ")} sliced ${name}.`;
  if (words.length > 0)
    return `This is a ${words[0] === "cool" && words.length === 1 ? "cold" : words.join(" and ")} ${name}.`;
  if (fact.toggleable && condition & TOGGLED) return `This ${name} is on.`;
  if (fact.sliceable && condition & SLICED) return `This is a sliced ${name}.`;
  return `There's nothing special about ${name}.`;
}

export function inventoryText(layout: Layout, state: State): string {
  return state.held < 0 ? "You are not carrying anything." : `You are carrying: a ${layout.objects[state.held].name}.`;
}

/** `look`: the receptacles faced, and what the planner holds to lie beside them. */
export function lookText(layout: Layout, state: State): string {
  const faced = layout.receptaclesAt[state.location];
  if (faced.length === 0) return "You are in the middle of a room. Looking quickly around you, you see nothing.";
  const names = faced.map((receptacle) => layout.receptacles[receptacle].name);
  return `You are facing the ${join(names)}. Next to it, you see ${list(besides(layout, state))}.`;
}

/**
 * An object taken from one receptacle and put into another at the same location counts as lying beside the first:
 * TextWorld then knows it at the location and knows that it is not in that receptacle.
 */
function besides(layout: Layout, state: State): string[] {
  const names: string[] = [];
  for (const [object, left] of [...state.takenFrom].sort(([a], [b]) => a - b)) {
    if (!state.objectLocations[object].includes(state.location)) continue;
    for (const receptacle of left) {
      if (layout.receptacles[receptacle].location === state.location) names.push(layout.objects[object].name);
    }
  }
  return names;
}

/** Answer to `help`, in the current wording only. The line break before it in the grammar is lost in TextWorld's parser. */
export const HELP_TEXT = `Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  move (object) to (receptacle):  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
`;

function objectList(layout: Layout, objects: readonly number[]): string {
  return list(objects.map((object) => layout.objects[object].name));
}

/** "nothing", "a x 1", "a x 1, and a y 1", "a x 1, a y 1, and a z 1": always "a". */
function list(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : join(names.map((name) => `a ${name}`));
}

function join(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? "";
  return `${parts.slice(0, -1).join(", ")}, and ${parts[parts.length - 1]}`;
}
