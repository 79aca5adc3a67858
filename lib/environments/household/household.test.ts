import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { conformanceChecks } from "../conformance.ts";
import { kitchenFor, ROUTES, type RecordedPlay } from "./fixtures/plays.ts";
import { Household } from "./household.ts";
import { parseProblem } from "./pddl.ts";
import { WORDINGS } from "./wording.ts";

const FIXTURES = path.join(import.meta.dirname, "fixtures");
const kitchen = parseProblem(fs.readFileSync(path.join(FIXTURES, "mini-kitchen.pddl"), "utf8"), {
  id: "mini-kitchen",
  split: "test",
  task: "put a mug in fridge",
  source: "generated",
});
const plays = readJson<RecordedPlay[]>(path.join(FIXTURES, "textworld-plays.json"));

describe("our small kitchen, played by the real TextWorld", () => {
  it.each(plays.map((play) => [play.wording, play.goal, play.route, play] as const))(
    "%s, %s: %s",
    (wording, type, name, play) => {
      const route = ROUTES.find((route) => route.name === name && route.goal.type === type)!;
      const household = new Household(kitchenFor(kitchen, route), { wording });
      let admissible: string[] = [];
      play.steps.forEach((step, index) => {
        admissible = admissible
          .filter((command) => !step.gone.includes(command))
          .concat(step.added)
          .sort();
        if (index === 0) expect(household.reset()).toBe(step.observation);
        else {
          expect(household.step(step.command), `step ${index}: ${step.command}`).toEqual({
            observation: step.observation,
            reward: step.won ? 1 : 0,
            done: step.won,
            invalid: step.observation === "Nothing happens.",
          });
        }
        expect(household.actions(), `after step ${index}: ${step.command}`).toEqual(admissible);
      });
    },
  );

  it("covers every kind of command in both wordings, and every goal is reached", () => {
    for (const wording of WORDINGS) {
      const steps = plays.filter((play) => play.wording === wording).flatMap((play) => play.steps);
      const accepted = steps.filter((step) => step.observation !== "Nothing happens.");
      const verbs = new Set(accepted.map((step) => step.command.trim().split(" ")[0]));
      const own = wording === "2.1.1" ? ["put"] : ["help", "move"];
      const common = "look inventory go examine open close take clean cool heat slice use".split(" ");
      expect([...verbs].filter((verb) => verb !== "").sort()).toEqual([...common, ...own].sort());
    }
    expect(new Set(plays.filter((play) => play.steps.some((s) => s.won)).map((play) => play.goal)).size).toBe(6);
  });
});

describe("the contract of environments", () => {
  const routes = ROUTES.filter((route) => route.name === "the goal");
  describe.each(WORDINGS.flatMap((wording) => routes.map((route) => [wording, route.goal.type, route] as const)))(
    "%s, %s",
    (wording, _, route) => {
      const create = (): Household => new Household(kitchenFor(kitchen, route), { wording });
      const refused = wording === "2.1.1" ? ["help", "move mug 1 to fridge 1"] : ["put mug 1 in/on fridge 1"];
      for (const { name, run } of conformanceChecks({ create, refused })) it(name, run);
    },
  );
});
