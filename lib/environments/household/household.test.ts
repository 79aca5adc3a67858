import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { conformanceChecks } from "../conformance.ts";
import type { HouseholdFacts } from "./facts.ts";
import { GOALS, type RecordedPlay } from "./fixtures/plays.ts";
import { Household } from "./household.ts";
import { parseProblem } from "./pddl.ts";
import { WORDINGS, type Wording } from "./wording.ts";

const FIXTURES = path.join(import.meta.dirname, "fixtures");
const kitchen = parseProblem(fs.readFileSync(path.join(FIXTURES, "mini-kitchen.pddl"), "utf8"), {
  id: "mini-kitchen",
  split: "test",
  task: "put a mug in fridge",
  source: "generated",
});
const plays = readJson<RecordedPlay[]>(path.join(FIXTURES, "textworld-plays.json"));

describe("our small kitchen, played by the real TextWorld", () => {
  it.each(plays.map((play) => [play.wording, play.goal, play] as const))("%s, %s", (wording, type, play) => {
    const goal = GOALS.find((each) => each.type === type)!;
    const facts: HouseholdFacts = { ...kitchen, goal, task: `do ${type}` };
    const household = new Household(facts, { wording });
    let admissible: string[] = [];
    play.steps.forEach((step, index) => {
      admissible = admissible.filter((command) => !step.gone.includes(command)).concat(step.added).sort();
      if (index === 0) expect(household.reset()).toBe(step.observation);
      else {
        const result = household.step(step.command);
        const refused = step.observation === "Nothing happens.";
        expect(result, `step ${index}: ${step.command}`).toEqual({
          observation: step.observation,
          reward: step.won ? 1 : 0,
          done: step.won,
          invalid: refused,
        });
      }
      expect(household.actions(), `after step ${index}: ${step.command}`).toEqual(admissible);
    });
  });

  it("covers every kind of command, and every goal is reached in some play", () => {
    const commands = plays.flatMap((play) => play.steps.filter((s) => s.observation !== "Nothing happens."));
    const verbs = new Set(commands.map((step) => step.command.split(" ")[0]));
    for (const verb of ["go", "look", "inventory", "help", "examine", "open", "close", "take", "put", "move", "use"]) {
      expect(verbs).toContain(verb);
    }
    for (const verb of ["clean", "cool", "heat", "slice"]) expect(verbs).toContain(verb);
    expect(new Set(plays.filter((p) => p.steps.some((s) => s.won)).map((p) => p.goal)).size).toBe(GOALS.length);
  });
});
