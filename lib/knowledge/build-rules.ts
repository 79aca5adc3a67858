import { Interrupted, UserError, type OnProgress } from "../base/index.ts";
import type { StepPair } from "../trajectory/index.ts";
import { openBuild, type Build } from "./build-state.ts";
import { mergeGuard } from "./merge-guard.ts";
import type { Author, RuleBase } from "./rule-base.ts";
import type { RuleCall } from "./rule-calls.ts";
import type { RuleWriter } from "./rule-writer.ts";
import { countingSupport, leastSupported, mergingSupport } from "./support.ts";

/** Most rules of a base, as published. */
export const RULE_LIMITS = { household: 24, shop: 10 } as const;

export interface BuildRulesOptions {
  readonly pairs: readonly StepPair[];
  readonly writer: RuleWriter;
  /** Rules to begin with; they are copied. Default: none. */
  readonly seeds?: RuleBase;
  /** Most rules of the base: `RULE_LIMITS`. */
  readonly limit: number;
  /** Most rounds of merging after a pair. Default 8. */
  readonly mergeRounds?: number;
  /**
   * Keeps what was reached after each answer of the writer: the same call with the same file goes on there, and asks
   * nothing twice. Of an answer in several requests, a response cache keeps the parts.
   */
  readonly stateFile?: string;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown; the state file has what was reached. */
  readonly signal?: AbortSignal;
}

/**
 * KnowSelf's knowledge generation and consolidation: each pair of steps is shown to the writer, which adds and changes
 * rules. While there are more than `limit`, the writer merges some; where it finds none to merge, or the rounds are used
 * up, the Error rules with the least support are dropped (the latest first; Success Process rules only where no others
 * are left). Then the base is arranged. Rules carry `support`, the number of times that a pair spoke for them.
 */
export async function buildRules(options: BuildRulesOptions): Promise<RuleBase> {
  const { pairs, limit, mergeRounds = 8, onProgress, signal } = options;
  for (const [name, value] of Object.entries({ limit, mergeRounds }))
    if (!Number.isInteger(value) || value < (name === "limit" ? 1 : 0))
      throw new UserError(`buildRules: ${name} ${value}: a whole number from ${name === "limit" ? 1 : 0} is expected`);
  const build = openBuild(options);
  while (build.pair < pairs.length) {
    if (signal?.aborted) throw new Interrupted(`stopped after ${build.pair} of ${pairs.length} pairs`);
    const pair = pairs[build.pair];
    const author = { by: options.writer.name, pair: `${pair.id}/${pair.step}` };
    if (build.merges === null) await propose(build, pair, author, options);
    else if (build.rules.rules.length > limit && build.merges < mergeRounds) await merge(build, author, options);
    else {
      dropBeyond(limit, build.rules, { ...author, by: "limit" });
      build.rules.arrange({ ...author, by: "arrange" });
      build.pair++;
      build.merges = null;
      onProgress?.({ done: build.pair, total: pairs.length, note: `${build.rules.rules.length} rules` });
    }
    build.save();
  }
  return build.rules;
}

async function propose(build: Build, pair: StepPair, author: Author, options: BuildRulesOptions): Promise<void> {
  const calls = await options.writer.propose(pair, build.rules, options.signal);
  for (const call of calls) {
    const named = call.name === "write_rule" ? { ...call, task_id: call.task_id ?? String(pair.id) } : call;
    build.rules.apply(countingSupport(named, build.rules), author);
  }
  build.merges = 0;
}

async function merge(build: Build, author: Author, options: BuildRulesOptions): Promise<void> {
  const { writer, limit, mergeRounds = 8, signal } = options;
  const { rules } = build;
  const calls = await writer.merge(rules, limit, signal);
  const before = rules.history.length;
  const refusal = mergeGuard(rules);
  const allowed = calls.filter((call) => refusal(call) === null);
  for (const call of mergingSupport(allowed, rules)) rules.apply(call, { ...author, by: `${author.by} merge` });
  // A writer that changed nothing would answer the same again.
  build.merges = rules.history.length === before ? mergeRounds : build.merges! + 1;
}

function dropBeyond(limit: number, rules: RuleBase, author: Author): void {
  while (rules.rules.length > limit) {
    const call: RuleCall = { name: "delete_rule", rule_id: leastSupported(rules.rules).id };
    rules.apply(call, author);
  }
}
