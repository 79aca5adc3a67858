import type { StepPair, Trajectory, Turn } from "../../trajectory/index.ts";
import type { SameAction } from "./actions.ts";
import { instructionLength } from "./conversation.ts";

export type Situation = NonNullable<Turn["situation"]>;

/** An agent's turns at one step, as texts with `Action: …`. */
export interface StepActions {
  readonly gold: string;
  readonly predicted: string;
  /** What the agent said when told to think again; not needed where the prediction is right. */
  readonly rethought?: string;
}

/**
 * The situation of a step by what the agent can do by itself (KnowSelf paper, table 1): right at once is fast, right on
 * second thoughts is slow, else it needs knowledge.
 */
export function situationOf({ gold, predicted, rethought }: StepActions, same: SameAction): Situation {
  if (same(gold, predicted)) return "fast";
  return rethought !== undefined && same(gold, rethought) ? "slow" : "knowledgeable";
}

/** Index of the message in `full_golden_traj` that a pair is about. */
export function goldIndex({ golden_traj }: Pick<StepPair, "golden_traj">): number {
  return golden_traj.length - (golden_traj.at(-1)?.role === "user" ? 2 : 1);
}

/** One label for each gold step of a trajectory. */
export interface LabelledStep {
  /** From 1, as in the pairs. */
  readonly step: number;
  readonly situation: Situation;
  /** Where the agent did something else. */
  readonly pair?: StepPair;
}

/**
 * The situation of every gold step. `right` and `wrong` are what `reflectOnPairs` gives; a step without a pair was done
 * right, or was not compared, and is fast.
 */
export function labelSteps(
  gold: Trajectory,
  { right, wrong }: { readonly right: readonly StepPair[]; readonly wrong: readonly StepPair[] },
): LabelledStep[] {
  const found = new Map<number, LabelledStep>();
  const note = (pairs: readonly StepPair[], situation: Situation): void => {
    for (const pair of pairs) {
      if (String(pair.id) !== gold.id) continue;
      const step = (goldIndex(pair) + 1) / 2;
      found.set(step, { step, situation, pair });
    }
  };
  note(right, "slow");
  note(wrong, "knowledgeable");
  const steps = gold.turns.slice(instructionLength(gold.turns)).filter(({ role }) => role === "assistant").length;
  return Array.from({ length: steps }, (_, i) => found.get(i + 1) ?? { step: i + 1, situation: "fast" });
}
