import type { RuleBase } from "./rule-base.ts";
import type { RuleCall } from "./rule-calls.ts";
import type { Rule } from "./rule.ts";

/** Most rules that one round of merging may touch. */
const TOUCHED = 2;

/**
 * What a round of merging may do: touch two rules, but never two Success Process rules, change no rule's type and write
 * no new ones. The function takes the round's calls one after the other, each before it is applied to `rules`, and says
 * why one is refused; null: it is not.
 */
export function mergeGuard(rules: RuleBase): (call: RuleCall) => string | null {
  const touched = new Map<string, Rule["type"]>();
  return (call) => {
    if (call.name === "stop_generating") return null;
    if (call.name === "write_rule") return "While rules are merged, none are added.";
    const rule = rules.get(call.rule_id);
    if (rule === null) return null; // the base itself says so
    if (call.name === "update_rule" && call.type !== undefined && call.type !== rule.type)
      return `While rules are merged, ${rule.id} stays of the type ${rule.type}.`;
    const all = new Map([...touched, [rule.id, rule.type]]);
    if (all.size > TOUCHED) return `One round of merging changes at most ${TOUCHED} rules.`;
    const processes = [...all.keys()].filter((id) => all.get(id) === "Success Process");
    if (processes.length > 1) return `Two Success Process rules are never merged: ${processes.join(" and ")}.`;
    touched.set(rule.id, rule.type);
    return null;
  };
}
