import type { StepPair } from "../trajectory/index.ts";
import { HOUSEHOLD_LESSONS, readHouseholdStep } from "./household-lessons.ts";
import { goalOf, actionText } from "./pair-text.ts";
import type { RuleBase } from "./rule-base.ts";
import type { RuleCall } from "./rule-calls.ts";
import type { RuleWriter } from "./rule-writer.ts";
import type { Rule } from "./rule.ts";
import { readShopStep, SHOP_LESSONS } from "./shop-lessons.ts";
import { supportOf } from "./support.ts";
import { wordsOf } from "./words.ts";

/** Rules with at least this share of their words in common say the same. */
const ALIKE = 0.6;

/**
 * A program in the place of the model that writes rules: what a pair teaches follows from how the two actions differ in
 * verb and object type and from what the agent held, saw and stood at. The same lesson again counts as support. It
 * merges Error rules that share most of their words.
 */
export function scriptedRuleWriter(): RuleWriter {
  return {
    name: "scripted rule writer",
    identity: { kind: "scripted" },
    propose: (pair, rules) => Promise.resolve(propose(pair, rules)),
    merge: (rules) => Promise.resolve(merge(rules)),
  };
}

function propose(pair: StepPair, rules: RuleBase): RuleCall[] {
  const lesson = lessonOf(pair);
  if (lesson === null) return [];
  const { rule, type } = lesson;
  const known = rules.rules.find((each) => each.rule === rule);
  if (known) return [{ name: "update_rule", rule_id: known.id }];
  const example = `${goalOf(pair.golden_traj)}: ${actionText(pair.golden_action)}, not ${actionText(pair.explore_action)}`;
  return [{ name: "write_rule", rule, type, example, task_id: String(pair.id) }];
}

/** What a pair teaches; null where no lesson applies. */
function lessonOf(pair: StepPair): Pick<Rule, "rule" | "type"> | null {
  const shop = readShopStep(pair);
  if (shop) return SHOP_LESSONS.find(({ applies }) => applies(shop)) ?? null;
  const step = readHouseholdStep(pair);
  return (step && HOUSEHOLD_LESSONS.find(({ applies }) => applies(step))) ?? null;
}

/** Of the two Error rules that are most alike, the one with more support stays. */
function merge(rules: RuleBase): RuleCall[] {
  const errors = rules.rules.filter(({ type }) => type === "Error");
  const pairs = errors.flatMap((a, i) => errors.slice(i + 1).map((b) => ({ a, b, alike: likeness(a, b) })));
  const best = pairs.reduce<(typeof pairs)[number] | null>((top, each) => {
    return each.alike >= ALIKE && (top === null || each.alike > top.alike) ? each : top;
  }, null);
  if (best === null) return [];
  const [kept, gone] = supportOf(best.b) > supportOf(best.a) ? [best.b, best.a] : [best.a, best.b];
  return [
    { name: "update_rule", rule_id: kept.id },
    { name: "delete_rule", rule_id: gone.id },
  ];
}

/** Share of common words, in [0, 1]. */
function likeness(a: Rule, b: Rule): number {
  const [x, y] = [new Set(wordsOf(a.rule)), new Set(wordsOf(b.rule))];
  const common = [...x].filter((word) => y.has(word)).length;
  return common / Math.max(1, x.size + y.size - common);
}
