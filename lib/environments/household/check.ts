import type { HouseholdFacts } from "./facts.ts";
import { applianceFor } from "./generator/goals.ts";
import { Household } from "./household.ts";

/**
 * What is wrong with a game: facts that contradict each other, a goal that the rules cannot reach, or one that is reached
 * from the start. Empty for a good game.
 */
export function gameProblems(facts: HouseholdFacts): string[] {
  const { receptacles, objects, goal, canContain } = facts;
  const problems: string[] = [];
  const need = (holds: boolean, problem: string): unknown => holds || problems.push(problem);

  const ids = [...receptacles, ...objects].map(({ id }) => id.toLowerCase());
  need(new Set(ids).size === ids.length, "two entities have one id");
  const locations = new Set(facts.locations);
  need(locations.has(facts.start), `the start, ${facts.start}, is no location`);
  for (const { id, location } of receptacles) need(locations.has(location), `${id} stands at ${location}, no location`);
  for (const { id, in: places } of objects) {
    need(
      places.every((index) => index in receptacles),
      `${id} lies in receptacle ${places.join(", ")} of ${receptacles.length}`,
    );
  }

  const lying = objects.filter((object) => object.in.length > 0);
  const wanted = lying.filter((object) => object.type === goal.object && object.pickupable);
  const needed = goal.type === "pick_two_obj_and_place" ? 2 : 1;
  need(wanted.length >= needed, `${wanted.length} ${goal.object} to be had, ${needed} wanted`);
  const types = new Set(receptacles.map((receptacle) => receptacle.type));
  if (goal.lamp !== null) {
    need(
      lying.some((object) => object.type === goal.lamp && object.toggleable),
      `no ${goal.lamp}`,
    );
  }
  if (goal.receptacle !== null) {
    need(types.has(goal.receptacle), `no ${goal.receptacle}`);
    need(canContain.get(goal.receptacle)?.has(goal.object) ?? false, `no ${goal.object} fits a ${goal.receptacle}`);
  }
  const appliance = applianceFor(goal.type);
  if (appliance !== null) {
    need(types.has(appliance.receptacle), `no ${appliance.receptacle}`);
    need(
      wanted.some((object) => object[appliance.property]),
      `no ${goal.object} is ${appliance.property}`,
    );
  }

  if (problems.length === 0) {
    const environment = new Household(facts);
    environment.reset();
    need(!environment.step("look").done, "the goal is reached from the start");
  }
  return problems;
}
