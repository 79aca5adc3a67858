import { bestByWords, householdGoal, type HouseholdRule } from "../../knowledge/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import type { Selector } from "./arms.ts";
import { knownPlaces, ruleFor } from "./households.ts";

/** The rule for an agent's next turn, as one of the selectors chooses it; empty: none fits. */
export function ruleBy(selector: Selector, rules: readonly HouseholdRule[]): (turns: readonly Turn[]) => string {
  switch (selector) {
    case "need":
      return ruleFor(rules);
    case "goal":
      return (turns) => {
        const goal = householdGoal(turns);
        const places = [goal?.object, goal?.lamp].map((object) => (object ? knownPlaces(rules, object) : null));
        return places.flatMap((each) => each?.text ?? []).join(" ");
      };
    case "words":
      return (turns) => {
        const seen = [turns[0], ...turns.slice(-2)].map(({ content }) => content);
        return bestByWords(seen.join("\n"), rules)?.rule ?? "";
      };
    case "any":
      return (turns) => (rules.length === 0 ? "" : rules[turns.length % rules.length].rule);
  }
}
