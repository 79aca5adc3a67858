import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { describe, it } from "vitest";
import { createRandom, testDataFolder } from "../../base/index.ts";
import type { HouseholdFacts } from "./facts.ts";
import { createHouseholdGenerator } from "./generator/index.ts";
import { Household } from "./household.ts";
import { findSplit, loadGames } from "./load.ts";
import { parseProblem } from "./pddl.ts";
import { WORDINGS } from "./wording.ts";
import type { HouseholdView } from "./view.ts";

const kitchen = parseProblem(fs.readFileSync(path.join(import.meta.dirname, "fixtures", "mini-kitchen.pddl"), "utf8"), {
  id: "mini-kitchen",
  split: "test",
  task: "put a mug in fridge",
  source: "generated",
});
const generator = createHouseholdGenerator({ seed: 5, split: "test" });
const generated = Array.from({ length: 12 }, (_, index) => generator.game(index));
const data = testDataFolder();
const published = data !== null && findSplit(data, "valid_unseen") !== null ? loadGames(data, "valid_unseen") : [];
const games: readonly HouseholdFacts[] = [kitchen, ...generated, ...published];

const RUNS = 100;
const STEPS = 100;

describe(`${RUNS * STEPS} random steps in ${games.length} games`, () => {
  it("keep the household's invariants", () => {
    const run = fc.record({
      game: fc.nat(games.length - 1),
      wording: fc.constantFrom(...WORDINGS),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(run, ({ game, wording, seed }) => {
        const random = createRandom(seed, "invariants");
        const household = new Household(games[game], { wording });
        household.reset();
        const seen = new Set<string>();
        for (let step = 0; step < STEPS; step++) {
          const admissible = household.actions();
          for (const action of admissible) seen.add(action);
          // Mostly what is admissible; else something that was so in another state, or a damaged command.
          const action = random.chance(0.8)
            ? random.pick(admissible)
            : random.chance(0.5)
              ? random.pick([...seen])
              : damaged(random.pick(admissible), random.int(6));
          checkStep(household, admissible, action);
        }
      }),
      { numRuns: RUNS, seed: 20 },
    );
  });
});

function damaged(action: string, how: number): string {
  return [action.toUpperCase(), `${action}0`, action.slice(1), action.replace(" ", "  "), `${action} please`, ""][how];
}

/** Takes one step and compares the whole state before and after. */
function checkStep(household: Household, admissible: readonly string[], action: string): void {
  const twin = household.clone();
  const result = household.step(action);
  const [before, after] = [twin.view(), household.view()];
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${household.facts.id}: after ${JSON.stringify(action)}: ${what}`);
  };
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

  check(result.invalid === !admissible.includes(action), "refused although admissible, or the reverse");
  check(result.done === (result.reward === 1), "done and rewarded are not the same");
  if (result.invalid) {
    check(result.observation === "Nothing happens.", "a refusal has another text");
    check(same(after, before), "a refused command changed the state");
    check(same(household.actions(), admissible), "a refused command changed what is admissible");
  }
  check(same(twin.step(action), result) && same(twin.view(), after), "a copy goes another way");
  conserved(before, after, action, check);
  for (const { name, open } of after.receptacles) {
    if (open) continue;
    const told = result.observation.includes(`The ${name} is open`) || result.observation.includes(`On the ${name},`);
    check(!told, `told the contents of the closed ${name}`);
    check(result.invalid || !action.endsWith(` from ${name}`), `took something from the closed ${name}`);
  }
}

/** Nothing appears or vanishes, one object at most is held, and only what the command names changes. */
function conserved(
  before: HouseholdView,
  after: HouseholdView,
  action: string,
  check: (holds: boolean, what: string) => void,
): void {
  check(after.objects.length === before.objects.length, "there are more or fewer objects");
  const held = after.objects.filter((object) => object.held).map((object) => object.name);
  check(held.length <= 1 && (held[0] ?? null) === after.held, `held are ${held.join(", ")}`);
  after.objects.forEach((object, index) => {
    const was = before.objects[index];
    const nowhere = !object.held && object.in.length === 0;
    check(!nowhere || (!was.held && was.in.length === 0), `${object.name} is nowhere`);
    check(!(object.hot && object.cool) && object.name === was.name, `${object.name} is hot and cool`);
    check(object.in.length <= was.in.length || (was.held && !object.held), `${object.name} was in no hand before`);
    check(object.in.length >= was.in.length || (!was.held && object.held), `${object.name} left for no hand`);
    const lost = (was.clean && !object.clean) || (was.sliced && !object.sliced) || (was.toggled && !object.toggled);
    check(!lost, `${object.name} lost a condition that lasts`);
    check(JSON.stringify(object) === JSON.stringify(was) || action.includes(object.name), `${object.name} changed`);
  });
  for (const { name, contents } of after.receptacles) {
    const inside = after.objects.filter((object) => object.in.includes(name)).map((object) => object.name);
    check(
      contents.join() === inside.join(),
      `${name} holds ${contents.join(", ")}, but in it are ${inside.join(", ")}`,
    );
  }
}
