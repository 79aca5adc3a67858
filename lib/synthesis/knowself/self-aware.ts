import { UserError } from "../../base/index.ts";
import { FORMATS, type StepPair, type Trajectory, type Turn } from "../../trajectory/index.ts";
import { instructionLength, knowSelfForm } from "./conversation.ts";
import { ruleText, withKnowledge, withReflection } from "./format-turn.ts";
import { goldIndex } from "./situation.ts";

export interface SelfAwareOptions {
  readonly gold: readonly Trajectory[];
  /** Pairs with their `rule`. */
  readonly knowledgeable: readonly StepPair[];
  /** Pairs with their `reflection`. */
  readonly reflected: readonly StepPair[];
  /** Records of failed searches: these trajectories begin with knowledge about their task. */
  readonly noFind?: readonly StepPair[];
  /** Ids of trajectories that were left alone; they begin with knowledge about their task, too. */
  readonly ignored?: ReadonlySet<string>;
  /** What is known about a task type. Needed for `noFind` and `ignored`. */
  readonly taskKnowledge?: (taskType: string) => string;
}

/**
 * The gold trajectories as training data that knows its situations (KnowSelf's `format_sft_train_data_*`): all labelled
 * steps of a trajectory in one, unlabelled turns and trajectories as they are, which is fast. In the order of the gold.
 */
export function selfAwareTrajectories(options: SelfAwareOptions): Trajectory[] {
  const { gold, noFind = [], ignored, taskKnowledge } = options;
  const knowledgeable = byId(options.knowledgeable);
  const reflected = byId(options.reflected);
  const searched = new Set(noFind.map(({ id }) => String(id)));
  return gold.map((trajectory) => {
    const { id } = trajectory;
    const turns = [...trajectory.turns];
    const from = instructionLength(turns);
    const change = (pair: StepPair, changed: (turn: Turn) => Turn): void => {
      const at = from + goldIndex(pair);
      if (turns[at]?.role !== "assistant")
        throw new UserError(`pair of step ${pair.step} of ${id}: turn ${at} of the gold trajectory is not the agent's`);
      turns[at] = changed(turns[at]);
    };
    for (const pair of reflected.get(id) ?? [])
      change(pair, (turn) => withReflection(turn, pair.explore_action, needed(pair, "reflection")));
    for (const pair of knowledgeable.get(id) ?? [])
      change(pair, (turn) => withKnowledge(turn, ruleText(needed(pair, "rule"))));
    if (searched.has(id) || ignored?.has(id)) {
      if (!taskKnowledge) throw new UserError(`${id} needs knowledge about its task: give taskKnowledge`);
      const first = turns.findIndex(({ role }, i) => i >= from && role === "assistant");
      if (first >= 0) turns[first] = withKnowledge(turns[first], taskKnowledge(trajectory.task.type));
    }
    return { ...trajectory, turns };
  });
}

/**
 * Trajectories as KnowSelf's SFT records, equal to its own files: no field of ours, and what is not KnowSelf's is lost.
 * The formats of `lib/trajectory` keep it.
 */
export function knowSelfSftRecords(
  trajectories: readonly Trajectory[],
  instruction: string,
): Record<string, unknown>[] {
  const format = FORMATS.get("knowself-sft")!;
  if (format.holds !== "trajectories") throw new Error("internal error: knowself-sft holds pairs");
  return trajectories.map((trajectory) => ownFields(format.write([knowSelfForm(trajectory, instruction)])));
}

/** A record without the field in which ours carry what the format has no place for. */
export function ownFields(record: unknown): Record<string, unknown> {
  const { waymark: _, ...own } = record as Record<string, unknown>;
  return own;
}

function byId(pairs: readonly StepPair[]): Map<string, StepPair[]> {
  const groups = new Map<string, StepPair[]>();
  for (const pair of pairs) groups.set(String(pair.id), [...(groups.get(String(pair.id)) ?? []), pair]);
  return groups;
}

function needed(pair: StepPair, field: "rule" | "reflection"): string {
  const text = pair[field];
  if (text === undefined) throw new UserError(`pair of step ${pair.step} of ${pair.id} has no ${field}`);
  return text;
}
