import { UserError } from "../../base/index.ts";
import { head, parseExpressions, show, type List } from "./expression.ts";
import type { HouseholdFacts } from "./facts.ts";
import { FactsBuilder, type ProblemInfo } from "./facts-builder.ts";
import { parseGoal } from "./goal-pddl.ts";

/** Reads a whole `(define (problem ...) ...)`. `file` names the source in errors. */
export function parseProblem(pddl: string, info: ProblemInfo, file = "problem"): HouseholdFacts {
  const problem = parseExpressions(pddl, file).find((list) => head(list) === "define");
  if (problem === undefined) throw new UserError(`${file}:1: no (define (problem ...) ...) found`);
  const section = (name: string): List => {
    const found = problem.items.find((item) => typeof item !== "string" && head(item) === name);
    if (found === undefined) throw new UserError(`${file}:${problem.line}: the problem has no (${name} ...)`);
    return found as List;
  };
  const builder = new FactsBuilder(typedList(section(":objects"), file));
  const init = section(":init");
  for (const fact of init.items.slice(1)) {
    if (head(fact) === "=") continue; // costs and distances play no role in the text
    const line = typeof fact === "string" ? init.line : fact.line;
    if (typeof fact === "string" || fact.items.length === 0 || !fact.items.every((item) => typeof item === "string")) {
      throw new UserError(`${file}:${line}: ${show(fact)} in (:init ...) is not a fact`);
    }
    builder.add(fact.items as string[], `${file}:${line}`);
  }
  return builder.build(info, parseGoal(section(":goal"), file), file);
}

/** `a b - object c - location` to pairs. */
function typedList(list: List, file: string): [string, string][] {
  const pairs: [string, string][] = [];
  let waiting: string[] = [];
  const items = list.items.slice(1);
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item !== "string") throw new UserError(`${file}:${item.line}: ${show(item)} is not an object`);
    if (item !== "-") waiting.push(item);
    else {
      const type = items[++i];
      if (typeof type !== "string") throw new UserError(`${file}:${list.line}: "${waiting.at(-1)} -" lacks a type`);
      for (const id of waiting) pairs.push([id, type.toLowerCase()]);
      waiting = [];
    }
  }
  if (waiting.length > 0) throw new UserError(`${file}:${list.line}: object ${waiting[0]} has no type`);
  return pairs;
}
