import type { RuleBase } from "./rule-base.ts";
import type { RuleCall } from "./rule-calls.ts";
import type { Rule } from "./rule.ts";

/** The number of times that something spoke for a rule; 1 where nobody counted. */
export const supportOf = ({ support }: Rule): number => (typeof support === "number" ? support : 1);

/** The call with the rule's support counted: a new rule has 1, or what the writer says; a change adds 1. */
export function countingSupport(call: RuleCall, rules: RuleBase): RuleCall {
  if (call.name === "write_rule") return { ...call, extra: { support: 1, ...call.extra } };
  if (call.name !== "update_rule") return call;
  const rule = rules.get(call.rule_id);
  return rule === null ? call : { ...call, extra: { ...call.extra, support: supportOf(rule) + 1 } };
}

/** Calls of a round of merging, in which the rule that is changed takes over the support of the one that goes. */
export function mergingSupport(calls: readonly RuleCall[], rules: RuleBase): RuleCall[] {
  const known = (id: string): readonly Rule[] => rules.rules.filter((rule) => rule.id === id);
  const gone = calls.flatMap((call) => (call.name === "delete_rule" ? known(call.rule_id) : []));
  const added = gone.reduce((sum, rule) => sum + supportOf(rule), 0);
  return calls.map((call) => {
    if (call.name !== "update_rule") return call;
    const [rule] = known(call.rule_id);
    return rule === undefined ? call : { ...call, extra: { ...call.extra, support: supportOf(rule) + added } };
  });
}

/** The Error rule with the least support, the latest of several; a Success Process rule only where there is no other. */
export function leastSupported(rules: readonly Rule[]): Rule {
  const errors = rules.filter(({ type }) => type === "Error");
  return (errors.length > 0 ? errors : rules).reduce((least, rule) =>
    supportOf(rule) <= supportOf(least) ? rule : least,
  );
}
