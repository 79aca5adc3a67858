import * as aq from "arquero";
import { NOTHING_HAPPENS, readIntro, readTask, roomKind, type RoomKind } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { exchangesOf } from "./failures.ts";

/** One episode in figures: what the notebooks' tables and plots of trajectories are made from. */
export interface TrajectoryRow {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly split: string;
  readonly agent: string;
  /** Kind of room, read from the receptacles of the first observation. */
  readonly room: RoomKind;
  /** 1 for a won episode, else 0, so that its mean is the success rate. */
  readonly success: number;
  readonly steps: number;
  readonly invalid: number;
  /** Receptacles in the room. */
  readonly receptacles: number;
  /** Different receptacles looked at until the wanted object was seen, that one included; null if it never was. */
  readonly searchDepth: number | null;
  /** Agent turns that are not trained on (random slips). */
  readonly turnsWithoutLoss: number;
  /** Mean words a thought; null where no turn has a thought. */
  readonly thoughtWords: number | null;
  /** Characters of all turns. */
  readonly characters: number;
  /** How often each verb was used, e.g. `{ go: 4, take: 1, put: 1 }`. */
  readonly actions: Readonly<Record<string, number>>;
}

/** Reads trajectories as a stream, the first `limit` of them, and keeps only their figures (about 300 bytes an episode). */
export async function trajectoryRows(
  trajectories: AsyncIterable<Trajectory> | Iterable<Trajectory>,
  limit = Infinity,
): Promise<TrajectoryRow[]> {
  const rows: TrajectoryRow[] = [];
  for await (const trajectory of trajectories) {
    rows.push(trajectoryRow(trajectory));
    if (rows.length >= limit) break;
  }
  return rows;
}

/** The figures of one household episode. */
export function trajectoryRow(trajectory: Trajectory): TrajectoryRow {
  const { task, turns } = trajectory;
  const agentTurns = turns.filter((turn) => turn.role === "assistant");
  const thoughts = agentTurns.flatMap(({ thought }) => (thought === undefined ? [] : [thought]));
  const words = thoughts.reduce((sum, thought) => sum + thought.split(/\s+/).filter(Boolean).length, 0);
  const actions: Record<string, number> = {};
  for (const { action = "" } of agentTurns) {
    const verb = action.split(" ", 1)[0] || "(none)";
    actions[verb] = (actions[verb] ?? 0) + 1;
  }
  const receptacles = readIntro(turns[0]?.content ?? "")?.receptacles ?? [];
  return {
    id: trajectory.id,
    type: task.type,
    source: task.source,
    split: task.split,
    agent: trajectory.agent,
    room: roomKind(receptacles.map((name) => name.split(" ")[0])),
    success: trajectory.success ? 1 : 0,
    steps: trajectory.steps,
    invalid: trajectory.invalid,
    receptacles: receptacles.length,
    searchDepth: searchDepth(trajectory),
    turnsWithoutLoss: agentTurns.filter((turn) => turn.loss === false).length,
    thoughtWords: thoughts.length === 0 ? null : words / thoughts.length,
    characters: turns.reduce((sum, turn) => sum + turn.content.length, 0),
    actions,
  };
}

/** One line of `describe`: a column's spread. `std` and `variance` have n − 1 in the denominator. */
export interface ColumnDescription {
  readonly column: string;
  /** Values that are not null. */
  readonly count: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/**
 * Describes every numeric column with danfojs, nulls left out (its own `describe` fails on them). The package is loaded
 * on first use: it takes one to three seconds.
 */
export async function describe(rows: readonly object[]): Promise<ColumnDescription[]> {
  const danfo = await import("danfojs-node");
  const columns = new Map<string, number[]>();
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (typeof value === "number") (columns.get(column) ?? columns.set(column, []).get(column)!).push(value);
  return [...columns].map(([column, values]) => {
    const description = new danfo.Series(values).describe();
    const pick = (name: string): number => Number(description.values[description.index.indexOf(name)]);
    return {
      column,
      count: pick("count"),
      mean: pick("mean"),
      std: pick("std"),
      min: pick("min"),
      median: pick("median"),
      max: pick("max"),
    };
  });
}

export interface ActionCount {
  readonly group: string;
  readonly verb: string;
  readonly count: number;
  /** Of all actions of the group. */
  readonly share: number;
}

/** How often each verb is used in each group of episodes (by default the task type), most frequent verb first. */
export function actionMix(
  rows: readonly TrajectoryRow[],
  by: "type" | "agent" | "source" | "room" = "type",
): ActionCount[] {
  const flat = rows.flatMap((row) =>
    Object.entries(row.actions).map(([verb, count]) => ({ group: row[by] as string, verb, count })),
  );
  if (flat.length === 0) return [];
  return aq
    .from(flat)
    .groupby("group", "verb")
    .rollup({ count: aq.op.sum("count") })
    .groupby("group")
    .derive({ share: (d: { count: number }) => d.count / aq.op.sum(d.count) })
    .orderby("group", aq.desc("count"), "verb")
    .objects() as ActionCount[];
}

function searchDepth(trajectory: Trajectory): number | null {
  const goal = readTask(trajectory.task.goal);
  if (goal === null) return null;
  const wanted = new RegExp(`\\b${goal.object} \\d+`);
  const lookedAt = new Set<string>();
  for (const { action, observation } of exchangesOf(trajectory)) {
    if (observation === NOTHING_HAPPENS) continue;
    const place = /^(?:go to|open|examine) (.+)$/.exec(action)?.[1];
    if (place !== undefined) lookedAt.add(place);
    if (wanted.test(observation)) return lookedAt.size;
  }
  return null;
}
