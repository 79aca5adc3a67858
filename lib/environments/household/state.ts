import type { Layout } from "./layout.ts";

/** Bits of `State.condition`. */
export const CLEAN = 1;
export const HOT = 2;
export const COOL = 4;
export const TOGGLED = 8;
export const SLICED = 16;

/**
 * Everything that actions change. The inner lists are replaced, never written to, so a copy shares them.
 */
export interface State {
  location: number;
  /** Object in the agent's hand, or -1. */
  held: number;
  /** 1 where the receptacle is open. */
  readonly opened: Uint8Array;
  /** Bits by object: clean, hot, cool, toggled, sliced. */
  readonly condition: Uint8Array;
  /** Objects by receptacle, ascending. An object can be in two receptacles. */
  readonly contents: (readonly number[])[];
  /** Locations by object (`objectAtLocation`). */
  readonly objectLocations: (readonly number[])[];
  /** Receptacles by object from which it was taken and not put back; `look` mentions such objects. */
  readonly takenFrom: Map<number, readonly number[]>;
}

export function initialState(layout: Layout): State {
  const condition = Uint8Array.from(layout.objects, ({ fact }) => {
    return (
      (fact.isClean ? CLEAN : 0) |
      (fact.isHot ? HOT : 0) |
      (fact.isCool ? COOL : 0) |
      (fact.isToggled ? TOGGLED : 0) |
      (fact.isSliced ? SLICED : 0)
    );
  });
  return {
    location: layout.start,
    held: -1,
    opened: Uint8Array.from(layout.opened),
    condition,
    contents: [...layout.contents],
    objectLocations: [...layout.objectLocations],
    takenFrom: new Map(),
  };
}

export function copyState(state: State): State {
  return {
    location: state.location,
    held: state.held,
    opened: state.opened.slice(),
    condition: state.condition.slice(),
    contents: state.contents.slice(),
    objectLocations: state.objectLocations.slice(),
    takenFrom: new Map(state.takenFrom),
  };
}

/** `list` with `value` in its ascending place. */
export function withValue(list: readonly number[], value: number): readonly number[] {
  if (list.includes(value)) return list;
  return [...list, value].sort((a, b) => a - b);
}

/** `list` without `value`. */
export function withoutValue(list: readonly number[], value: number): readonly number[] {
  return list.filter((other) => other !== value);
}
