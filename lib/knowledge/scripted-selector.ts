import { readHouseholdState, type HouseholdState } from "./household-state.ts";
import { bestByWords } from "./lexical-selector.ts";
import { readPlaceRule } from "./place-rule.ts";
import type { Rule } from "./rule.ts";
import type { AskingSituation, SelectRule } from "./select-rule.ts";
import { shopPage } from "./shop-lessons.ts";

/** `chooseRule` as a selector: a program in the place of the model that selects rules. */
export function scriptedSelector(): SelectRule {
  return (situation) => Promise.resolve(chooseRule(situation));
}

/**
 * The rule that helps now, as far as the turns tell. In a household: the place rule of the object that the agent has to
 * search for (the wanted one, the second one, the lamp); else, and in a shop, the general rule whose words fit the
 * situation best. Null: none fits.
 */
export function chooseRule({ goal, turns, rules }: AskingSituation): Rule | null {
  const state = readHouseholdState(turns, goal);
  const general = rules.filter(({ rule }) => readPlaceRule(rule) === null);
  if (state === null) return bestByWords(shopWords(turns.at(-1)?.content ?? ""), general);
  const { need } = state;
  const object = need.kind === "search" ? need.object : null;
  const place = rules.find(({ rule }) => object !== null && readPlaceRule(rule)?.object === object);
  return place ?? bestByWords(householdWords(state), general);
}

/** A household situation in the words that rules use. */
function householdWords({ need, isClosed, wasRefused, goal }: HouseholdState): string {
  const two = goal.type === "pick_two_obj_and_place" ? "two objects second another" : "";
  switch (need.kind) {
    case "search":
      if (isClosed) return "closed receptacle open";
      if (need.object === goal.lamp) return "holds object look lamp desklamp";
      return `${two} object not found here go other receptacles looked search ${wasRefused ? "changes nothing" : ""}`;
    case "take":
      return isClosed ? "closed receptacle open take" : "sees located object asks pick take before walks first";
    case "drop":
      return "holds wrong object only kind names put down before takes another";
    case "treat":
      return `holds object ${WORDS[need.verb] ?? ""} ${need.appliance} directly`;
    case "light":
      return "holds object lamp desklamp use directly";
    case "deliver":
      return isClosed ? "closed receptacle open put" : `${two} holds object go place put down names`;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  clean: "clean cleaned cleaning sink basin",
  heat: "heat heated heating microwave",
  cool: "cool cooled cooling fridge",
};

/** A page of the shop in the words that rules use. */
function shopWords(observation: string): string {
  switch (shopPage(observation)) {
    case "start":
      return "begins search searching search words terms";
    case "results":
      return "search results page compare titles examine products open click best meets";
    case "product":
      return "product page options option choose select requires color size before buy";
    case "details":
      return "description features details confirmed product meets buy";
  }
}
