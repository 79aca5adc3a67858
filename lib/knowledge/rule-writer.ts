import type { StepPair } from "../trajectory/index.ts";
import type { RuleCall } from "./rule-calls.ts";
import type { RuleBase } from "./rule-base.ts";

/** Who writes rules: a chat model or a program. It proposes; the base is changed by whoever asked. */
export interface RuleWriter {
  /** Named in the history and in results; programs begin with `scripted`. */
  readonly name: string;
  /** Everything that decides what it proposes; part of the signature of unfinished work. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** What a pair of steps teaches beyond the rules so far. */
  propose(pair: StepPair, rules: RuleBase, signal?: AbortSignal): Promise<readonly RuleCall[]>;
  /** One round of merging: how to have fewer rules. Empty: it knows none. */
  merge(rules: RuleBase, limit: number, signal?: AbortSignal): Promise<readonly RuleCall[]>;
}
