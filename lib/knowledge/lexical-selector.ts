import type { SelectRule } from "./select-rule.ts";
import { wordScores } from "./words.ts";

/** Chooses by words alone: the rule with the highest BM25 for the task, what the agent last did, and what it sees. */
export function lexicalSelector(): SelectRule {
  return ({ goal, turns, rules, correct = "", wrong = "" }) => {
    const recent = turns.slice(-2).map(({ content }) => content);
    return Promise.resolve(bestByWords([goal, ...recent, correct, wrong].join("\n"), rules));
  };
}

/** The first of the rules that share most with the query; null where none shares a word. */
export function bestByWords<T extends { readonly rule: string }>(query: string, rules: readonly T[]): T | null {
  const scores = wordScores(query, rules.map(({ rule }) => rule)); // prettier-ignore
  const best = Math.max(0, ...scores);
  return best > 0 ? rules[scores.indexOf(best)] : null;
}
