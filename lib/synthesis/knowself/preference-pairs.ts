import { UserError } from "../../base/index.ts";
import { FORMATS, parseTrajectoryPair, type Trajectory, type TrajectoryPair } from "../../trajectory/index.ts";
import { instructionLength, knowSelfForm } from "./conversation.ts";
import { ownFields } from "./self-aware.ts";

export interface PreferencePairsOptions {
  /** Self-aware gold trajectories, one a task. */
  readonly gold: readonly Trajectory[];
  /** What the trained agent did on the same tasks. */
  readonly explored: readonly Trajectory[];
  /** `household`: only where the agent did worse. `shop`: the better one is chosen, whoever did it. */
  readonly domain: "household" | "shop";
}

/**
 * Pairs for RPO (KnowSelf's `format_rpo_train_data_*`), in the order of the gold. `extra.from` says whose the chosen one
 * is. What the environment answers to the last action is left out on both sides.
 */
export function rpoPairs({ gold, explored, domain }: PreferencePairsOptions): TrajectoryPair[] {
  return matched(gold, explored).flatMap(([golden, found]) => {
    if (found.reward < golden.reward) return [pairOf(golden, found, "golden")];
    if (found.reward > golden.reward && domain === "shop") return [pairOf(found, golden, "explore")];
    return [];
  });
}

export interface EtoPairsOptions extends Omit<PreferencePairsOptions, "domain"> {
  /** What the gold counts as. Default: its own reward; ETO takes 1 for ALFWorld and ScienceWorld. */
  readonly goldReward?: (gold: Trajectory) => number;
}

/**
 * Pairs by ETO's rules: the better one is chosen, whoever did it; equal rewards give none; both sides must end with the
 * agent's turn; what is rejected has at most ten messages more than the gold.
 */
export function etoPairs({ gold, explored, goldReward = (golden) => golden.reward }: EtoPairsOptions) {
  return matched(gold, explored).flatMap(([golden, found]): TrajectoryPair[] => {
    const wanted = goldReward(golden);
    if (found.reward === wanted || !endsWithAgent(found) || !endsWithAgent(golden)) return [];
    if (found.reward > wanted) return [pairOf(found, golden, "explore")];
    const most = withoutAnswer(golden).length + 10;
    return [pairOf(golden, { ...found, turns: found.turns.slice(0, most) }, "golden")];
  });
}

/** Pairs as KnowSelf's RPO records; the household's have no rewards. */
export function knowSelfRpoRecords(
  pairs: readonly TrajectoryPair[],
  instruction: string,
  domain: PreferencePairsOptions["domain"],
): Record<string, unknown>[] {
  const format = FORMATS.get("knowself-rpo")!;
  if (format.holds !== "pairs") throw new Error("internal error: knowself-rpo holds trajectories");
  return pairs.map((pair) => {
    const [chosen, rejected] = [pair.chosen, pair.rejected].map((side) => knowSelfForm(side, instruction));
    const record = ownFields(format.write({ ...pair, chosen, rejected, shared: 2 }));
    if (domain === "household") for (const name of ["chosen_reward", "rejected_reward"]) delete record[name];
    return record;
  });
}

/** Gold and explored trajectories of the same task, in the order of the gold. Throws `UserError` for two gold ones. */
function matched(gold: readonly Trajectory[], explored: readonly Trajectory[]): [Trajectory, Trajectory][] {
  const tasks = new Map<string, Trajectory[]>();
  for (const golden of gold) {
    const key = taskKey(golden);
    if (tasks.has(key)) throw new UserError(`two gold trajectories of the task ${key}`);
    tasks.set(key, []);
  }
  for (const found of explored) tasks.get(taskKey(found))?.push(found);
  return gold.flatMap((golden) =>
    tasks.get(taskKey(golden))!.map((found): [Trajectory, Trajectory] => [golden, found]),
  );
}

/** The task's id; of a game file the last two folders, since each system keeps its games elsewhere. */
function taskKey({ task }: Trajectory): string {
  const folders = task.id.replace(/\/game\.tw-pddl$/, "").split("/");
  return folders.slice(-2).join("/");
}

function pairOf(chosen: Trajectory, rejected: Trajectory, from: "golden" | "explore"): TrajectoryPair {
  const golden = from === "golden" ? chosen : rejected;
  const start = golden.turns.slice(0, instructionLength(golden.turns) + 1);
  // Both begin with the gold's first messages: they are the same task, though perhaps told after another instruction.
  const begun = (side: Trajectory): Trajectory["turns"] => [
    ...start,
    ...withoutAnswer(side).slice(instructionLength(side.turns) + 1),
  ];
  return parseTrajectoryPair({
    id: golden.id,
    chosen: { ...chosen, turns: begun(chosen) },
    rejected: { ...rejected, turns: begun(rejected) },
    shared: start.length,
    extra: { ...(typeof golden.extra?.id === "number" ? { id: golden.extra.id } : {}), from },
  });
}

/** Turns up to the agent's last. */
const withoutAnswer = ({ turns }: Trajectory): Trajectory["turns"] =>
  turns.at(-1)?.role === "user" ? turns.slice(0, -1) : turns;

/** An episode that broke off for another reason than its end shows no answer of the agent. */
const endsWithAgent = (trajectory: Trajectory): boolean =>
  trajectory.stop !== "error" &&
  trajectory.stop !== "context_limit" &&
  withoutAnswer(trajectory).at(-1)?.role === "assistant" &&
  withoutAnswer(trajectory).length > instructionLength(trajectory.turns);
