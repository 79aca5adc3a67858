import { expect } from "vitest";
import type { HouseholdFacts } from "../facts.ts";
import { Household } from "../household.ts";
import { applianceFor } from "./goals.ts";

/** For tests: the facts agree with each other, the goal can be reached by the rules, and it is not reached yet. */
export function expectPlayable(facts: HouseholdFacts): void {
  const { receptacles, objects, goal, canContain } = facts;
  const ids = [...receptacles, ...objects].map(({ id }) => id.toLowerCase());
  expect(new Set(ids).size).toBe(ids.length);
  const locations = new Set(facts.locations);
  for (const { location } of receptacles) expect(locations).toContain(location);
  expect(locations).toContain(facts.start);
  for (const object of objects) {
    const at = new Set(object.in.map((index) => receptacles[index].location));
    if (object.in.length > 0) expect(new Set(object.at)).toEqual(at);
  }
  const lying = objects.filter((object) => object.in.length > 0);
  const wanted = lying.filter((object) => object.type === goal.object && object.pickupable);
  expect(wanted.length).toBeGreaterThanOrEqual(goal.type === "pick_two_obj_and_place" ? 2 : 1);
  if (goal.lamp !== null) expect(lying.some((lamp) => lamp.type === goal.lamp && lamp.toggleable)).toBe(true);
  if (goal.receptacle !== null) {
    expect(receptacles.map((receptacle) => receptacle.type)).toContain(goal.receptacle);
    expect(canContain.get(goal.receptacle)).toContain(goal.object);
  }
  const appliance = applianceFor(goal.type);
  if (appliance !== null) {
    expect(receptacles.map((receptacle) => receptacle.type)).toContain(appliance);
    const property = { sinkbasin: "cleanable", microwave: "heatable", fridge: "coolable" }[appliance];
    expect(wanted.every((object) => object[property])).toBe(true);
  }
  const environment = new Household(facts);
  environment.reset();
  expect(environment.step("look").done).toBe(false);
}
