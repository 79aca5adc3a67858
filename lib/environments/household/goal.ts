import type { Layout } from "./layout.ts";
import { CLEAN, COOL, HOT, TOGGLED, type State } from "./state.ts";

/** Whether the game's goal holds in `state`: the meaning of the PDDL goals of alfworld's six task types. */
export function goalHolds(layout: Layout, state: State): boolean {
  const { goal } = layout;
  switch (goal.type) {
    case "pick_and_place_simple":
      return someReceptacle(layout, state, (object) => layout.objects[object].fact.type === goal.object);
    case "pick_clean_then_place_in_recep":
      return placedIn(layout, state, CLEAN);
    case "pick_heat_then_place_in_recep":
      return placedIn(layout, state, HOT);
    case "pick_cool_then_place_in_recep":
      return placedIn(layout, state, COOL);
    case "pick_two_obj_and_place":
      return layout.receptacles.some((receptacle, index) => {
        if (receptacle.type !== goal.receptacle) return false;
        return state.contents[index].filter((object) => layout.objects[object].fact.type === goal.object).length > 1;
      });
    case "look_at_obj_in_light":
      return holdsWanted(layout, state) && nearLight(layout, state);
  }
}

/** Some object of the wanted type, in the wanted condition, in a receptacle of the wanted type. */
function placedIn(layout: Layout, state: State, condition: typeof CLEAN | typeof HOT | typeof COOL): boolean {
  const able = condition === CLEAN ? "cleanable" : condition === HOT ? "heatable" : "coolable";
  return someReceptacle(layout, state, (object) => {
    const { fact } = layout.objects[object];
    return fact.type === layout.goal.object && fact[able] && (state.condition[object] & condition) !== 0;
  });
}

function someReceptacle(layout: Layout, state: State, wanted: (object: number) => boolean): boolean {
  for (let index = 0; index < layout.receptacles.length; index++) {
    if (layout.receptacles[index].type !== layout.goal.receptacle) continue;
    for (const object of state.contents[index]) if (wanted(object)) return true;
  }
  return false;
}

function holdsWanted(layout: Layout, state: State): boolean {
  return state.held >= 0 && layout.objects[state.held].fact.type === layout.goal.object;
}

/** A lamp that was switched on is in a receptacle (open or not) where the agent is. */
function nearLight(layout: Layout, state: State): boolean {
  return layout.receptaclesAt[state.location].some((receptacle) =>
    state.contents[receptacle].some((object) => {
      const { fact } = layout.objects[object];
      return fact.type === layout.goal.lamp && fact.toggleable && (state.condition[object] & TOGGLED) !== 0;
    }),
  );
}
