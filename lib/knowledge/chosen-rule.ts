import { oneLine, type Rule } from "./rule.ts";
import { UNLISTED } from "./select-rule.ts";

export const CHOSEN_RULE = "[Chosen Rule]:";

/**
 * The rule's text in a selector's answer, read as KnowSelf does (`select_rule_*.py`): what follows `[Chosen Rule]:`, else
 * the first `rule_3: ...` on a line; of "rule_3: When ..." what begins with "When". Empty where there is none.
 */
export function readChosenRule(answer: string): string {
  const at = answer.lastIndexOf(CHOSEN_RULE);
  const [, named = ""] = /(rule_\d+\s*:\s*.+)\n/.exec(`${answer}\n`) ?? [];
  const chosen = oneLine(at < 0 ? named : answer.slice(at + CHOSEN_RULE.length));
  const when = chosen.indexOf(": When");
  return when < 0 ? chosen : chosen.slice(when + 2);
}

/**
 * The rule that the answer means: the one with that text, else the one whose id it gives, else the text itself as a rule
 * that is not in the base (the published agents take any text); null for no rule.
 */
export function ruleOfAnswer(answer: string, rules: readonly Rule[]): Rule | null {
  const chosen = readChosenRule(answer).replace(/^["'*`\s]+|["'*`\s]+$/g, "");
  if (chosen === "" || /^(?:none|no rules?|n\/?a|null|empty)\b[^a-z]*$/i.test(chosen)) return null;
  const same = rules.find(({ rule }) => oneLine(rule) === chosen);
  if (same) return same;
  const at = answer.lastIndexOf(CHOSEN_RULE);
  const [id] = /\brule_\d+\b/.exec(answer.slice(at < 0 ? 0 : at)) ?? [];
  const named = rules.find((rule) => rule.id === id);
  return named ?? { id: UNLISTED, rule: chosen.replace(/^rule_\d+\s*:\s*/, ""), type: "Error" };
}
