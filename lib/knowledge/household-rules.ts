import { ourVocabulary, readObservation, typeOf } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { householdGoal, observationOf } from "./household-state.ts";
import { placeRule } from "./place-rule.ts";
import { RuleBase } from "./rule-base.ts";
import type { Rule, RuleFields } from "./rule.ts";

/** A rule that holds in one household only, with what was counted for it. */
export interface HouseholdRule extends Rule {
  readonly household: string;
  /** Objects of the type that were seen there, each counted once in a trajectory. */
  readonly support: number;
  /** How many of them in which receptacle, or in which type of them. */
  readonly places: Readonly<Record<string, number>>;
}

export interface HouseholdRulesOptions {
  /** Id of the household in which all trajectories took place. */
  readonly household: string;
  /** What rules name: single receptacles ("drawer 4", the default) or types of them ("a drawer"). */
  readonly places?: "types" | "receptacles";
  /** Most rules. Default: one for each type of object that a task can ask for. */
  readonly limit?: number;
}

/** Most places in a rule. */
const PLACES = 2;

/**
 * Learns from trajectories in one household where things are kept: for each type of object a place rule with the
 * receptacles, or types of them, in which it was found most often. An object counts where it was first seen. Objects that tasks asked for come first, then those seen most often; what no task can ask for is left out.
 */
export function induceHouseholdRules(trajectories: readonly Trajectory[], options: HouseholdRulesOptions): RuleBase {
  const { household, places = "receptacles", limit = Infinity } = options;
  const placeOf = places === "types" ? typeOf : (name: string): string => name;
  const found = new Map<string, Map<string, number>>();
  const wanted = new Set<string>();
  for (const trajectory of trajectories) {
    const goal = householdGoal(trajectory.turns, trajectory.task.goal);
    for (const type of [goal?.object, goal?.lamp]) if (type != null) wanted.add(type);
    for (const [object, receptacle] of sightings(trajectory)) {
      const counts = found.get(typeOf(object)) ?? new Map<string, number>();
      const place = placeOf(receptacle);
      found.set(typeOf(object), counts.set(place, (counts.get(place) ?? 0) + 1));
    }
  }
  const rules = [...found]
    .filter(([object]) => canBeWanted(object))
    .map(([object, counts]) => {
      const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      const support = ranked.reduce((sum, [, count]) => sum + count, 0);
      return { object, ranked, support };
    })
    .sort(
      (a, b) =>
        Number(wanted.has(b.object)) - Number(wanted.has(a.object)) ||
        b.support - a.support ||
        (a.object < b.object ? -1 : 1),
    )
    .slice(0, limit)
    .map(({ object, ranked, support }, index): [string, RuleFields] => {
      const rule = placeRule({ object, receptacles: ranked.slice(0, PLACES).map(([place]) => place) });
      return [
        `rule_${index}`,
        { rule, type: "Success Process", household, support, places: Object.fromEntries(ranked) },
      ];
    });
  return RuleBase.from({ all_rules: Object.fromEntries(rules) });
}

/** The general rules, and those of this household. */
export const rulesIn = (household: string, rules: readonly Rule[]): Rule[] =>
  rules.filter((rule) => rule.household === undefined || rule.household === household);

/** Each object with the receptacle in which it was first seen: nobody can have moved it before. */
function sightings({ turns }: Trajectory): Map<string, string> {
  const seen = new Map<string, string>();
  for (const { role, content } of turns) {
    const reading = role === "user" ? readObservation(observationOf(content)) : null;
    if (reading?.kind !== "contents") continue;
    for (const object of reading.objects) if (!seen.has(object)) seen.set(object, reading.receptacle);
  }
  return seen;
}

/** Whether an object of this type can be carried or switched on; a type that our words do not have may be. */
function canBeWanted(object: string): boolean {
  const properties = ourVocabulary().properties.get(object);
  return properties === undefined || properties.has("pickupable") || properties.has("toggleable");
}
