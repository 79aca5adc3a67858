import type { Layout } from "./layout.ts";
import { isAccessible } from "./admissible.ts";
import { CLEAN, COOL, HOT, SLICED, TOGGLED, type State } from "./state.ts";

export interface ObjectView {
  readonly name: string;
  readonly type: string;
  /** Receptacles that it is in; empty where it is held or was never in one. */
  readonly in: readonly string[];
  readonly held: boolean;
  readonly clean: boolean;
  readonly hot: boolean;
  readonly cool: boolean;
  readonly toggled: boolean;
  readonly sliced: boolean;
}

/** The whole state in names. More than an agent sees: for analysis, tests and displays only. */
export interface HouseholdView {
  /** Receptacles where the agent is. */
  readonly facing: readonly string[];
  readonly held: string | null;
  /** What each receptacle holds, in the order of the intro. */
  readonly receptacles: readonly {
    readonly name: string;
    readonly open: boolean;
    readonly contents: readonly string[];
  }[];
  readonly objects: readonly ObjectView[];
}

export function viewOf(layout: Layout, state: State): HouseholdView {
  const objects = layout.objects.map(({ name, fact }, index): ObjectView => {
    const condition = state.condition[index];
    return {
      name,
      type: fact.type,
      in: layout.receptacles.filter((_, receptacle) => state.contents[receptacle].includes(index)).map((r) => r.name),
      held: state.held === index,
      clean: (condition & CLEAN) !== 0,
      hot: (condition & HOT) !== 0,
      cool: (condition & COOL) !== 0,
      toggled: (condition & TOGGLED) !== 0,
      sliced: (condition & SLICED) !== 0,
    };
  });
  return {
    facing: layout.receptaclesAt[state.location].map((receptacle) => layout.receptacles[receptacle].name),
    held: state.held < 0 ? null : objects[state.held].name,
    receptacles: layout.receptacles.map(({ name }, index) => ({
      name,
      open: isAccessible(layout, state, index),
      contents: state.contents[index].map((object) => objects[object].name),
    })),
    objects,
  };
}
