import { NOTHING_HAPPENS, readTask, type Goal } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";

/**
 * How far a lost household episode came, in the order of the work: the first stage that was not reached names the
 * class. Read from the texts alone, so it applies to any agent and to published transcripts.
 */
export const FAILURE_CLASSES = [
  "never found the object",
  "saw it, never took it",
  "lamp not used",
  "took, not processed",
  "processed/took, not placed",
  "second object",
  "goal not read",
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

export interface Failure {
  readonly failure: FailureClass;
  /** At most 4 different actions among the last 12: the agent goes round in circles. */
  readonly loop: boolean;
  /** At least 6 of the last 12 actions were refused ("Nothing happens."). */
  readonly refused: boolean;
}

const TAIL = 12;
const LOOP_DISTINCT = 4;
const REFUSED_COUNT = 6;

/** What must be done with the object before it is placed, as the environment's answer names it. */
const PROCESS: Readonly<Partial<Record<Goal["type"], string>>> = {
  pick_clean_then_place_in_recep: "clean",
  pick_heat_then_place_in_recep: "heat",
  pick_cool_then_place_in_recep: "cool",
};

/** The class of a lost household episode; null for a won one. */
export function classifyFailure(trajectory: Trajectory): Failure | null {
  if (trajectory.success) return null;
  const exchanges = exchangesOf(trajectory);
  const tail = exchanges.slice(-TAIL);
  const goal = readTask(trajectory.task.goal);
  return {
    failure: goal === null ? "goal not read" : stageMissed(goal, exchanges),
    loop: tail.length === TAIL && new Set(tail.map(({ action }) => action)).size <= LOOP_DISTINCT,
    refused: tail.filter(({ observation }) => observation === NOTHING_HAPPENS).length >= REFUSED_COUNT,
  };
}

/** One line of the failure table of an arm; `share` is of all its episodes. */
export interface FailureRow {
  readonly arm: string;
  readonly failure: FailureClass;
  readonly n: number;
  readonly share: number;
  readonly loops: number;
  readonly refused: number;
  readonly episodes: number;
}

/** Counts the classes over the episodes of one arm, in stage order; classes that do not occur are left out. */
export function failureTable(trajectories: readonly Trajectory[], arm: string): FailureRow[] {
  const failures = trajectories.flatMap((trajectory) => classifyFailure(trajectory) ?? []);
  const episodes = trajectories.length;
  return FAILURE_CLASSES.map((failure) => {
    const members = failures.filter((row) => row.failure === failure);
    const loops = members.filter((row) => row.loop).length;
    const refused = members.filter((row) => row.refused).length;
    return { arm, failure, n: members.length, share: members.length / episodes, loops, refused, episodes };
  }).filter(({ n }) => n > 0);
}

interface Exchange {
  readonly action: string;
  /** What came back; empty where the episode ended without an answer. */
  readonly observation: string;
}

/** The agent's actions, each with the observation that followed. */
export function exchangesOf(trajectory: Trajectory): Exchange[] {
  const { turns } = trajectory;
  return turns.flatMap((turn, i) =>
    turn.role === "assistant"
      ? [{ action: turn.action ?? "", observation: turns[i + 1]?.role === "user" ? turns[i + 1].content : "" }]
      : [],
  );
}

function stageMissed(goal: Goal, exchanges: readonly Exchange[]): FailureClass {
  const wanted = new RegExp(`\\b${goal.object} \\d+`);
  let seen = false;
  let took = false;
  let processed = false;
  let placed = false;
  for (const { observation } of exchanges) {
    seen ||= wanted.test(observation);
    const [, taken = ""] = /^You pick up the (.+) from the /.exec(observation) ?? [];
    took ||= wanted.test(taken);
    const process = /^You (clean|heat|cool) the (.+) using the /.exec(observation);
    if (process !== null && process[1] === PROCESS[goal.type] && wanted.test(process[2])) processed = true;
    const [, moved = "", to] = /^You (?:put|move) the (.+) (?:in\/on|to) the (\w+) \d+\.$/.exec(observation) ?? [];
    placed ||= wanted.test(moved) && to === goal.receptacle;
  }
  if (!seen) return "never found the object";
  if (!took) return "saw it, never took it";
  if (goal.lamp !== null) return "lamp not used";
  if (goal.type in PROCESS && !processed) return "took, not processed";
  if (goal.type === "pick_two_obj_and_place" && placed) return "second object";
  return "processed/took, not placed";
}
