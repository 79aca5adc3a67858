import type { Trajectory } from "../trajectory/index.ts";
import { parseGoal, type GoalWords } from "./goal.ts";

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
export const NOTHING_HAPPENS = "Nothing happens.";

/** The class of a lost household episode; null for a won one. */
export function classifyFailure(trajectory: Trajectory): Failure | null {
  if (trajectory.success) return null;
  const exchanges = exchangesOf(trajectory);
  const tail = exchanges.slice(-TAIL);
  const goal = parseGoal(trajectory.task.goal);
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

function stageMissed(goal: GoalWords, exchanges: readonly Exchange[]): FailureClass {
  const wanted = new RegExp(`\\b${goal.object} \\d+`);
  let seen = false;
  let took = false;
  let processed = false;
  const placed = new Set<string>(); // "mug 1@desk 2"
  let everPlaced = false;
  for (const { observation } of exchanges) {
    seen ||= wanted.test(observation);
    const [, taken, from] = /^You pick up the (.+) from the (.+)\.$/.exec(observation) ?? [];
    if (taken !== undefined && wanted.test(taken)) {
      took = true;
      placed.delete(`${taken}@${from}`);
    }
    const process = /^You (clean|heat|cool) the (.+) using the /.exec(observation);
    if (process !== null && process[1] === goal.process && wanted.test(process[2])) processed = true;
    const [, moved, to] = /^You (?:put|move) the (.+) (?:in\/on|to) the (.+)\.$/.exec(observation) ?? [];
    if (moved !== undefined && wanted.test(moved) && to.split(" ")[0] === goal.receptacle) {
      placed.add(`${moved}@${to}`);
      everPlaced = true;
    }
  }
  if (!seen) return "never found the object";
  if (!took) return "saw it, never took it";
  if (goal.lamp !== null) return "lamp not used";
  if (goal.process !== null && !processed) return "took, not processed";
  if (goal.count === 2 && everPlaced) return "second object";
  return "processed/took, not placed";
}
