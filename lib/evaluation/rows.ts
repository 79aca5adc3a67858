import * as aq from "arquero";
import type { Trajectory } from "../trajectory/index.ts";
import { clusterBootstrap, wilson, type ClusteredValue, type Interval } from "./statistics.ts";

/**
 * What is measured of an episode, and how its mean is read: `success` is a proportion (0 or 1 an episode),
 * `steps_if_won` has rows only for won episodes, `invalid_rate` is refused actions over all actions of the episode.
 */
export const METRICS = {
  success: "proportion",
  steps: "mean",
  steps_if_won: "mean",
  invalid: "mean",
  invalid_rate: "mean",
  tokens: "mean",
  /** In [0, 1], as the environment gives it; calls of chat models, and what their tokens cost. */
  reward: "mean",
  requests: "mean",
  cost: "mean",
  /** Success within so many steps. */
  success_10: "proportion",
  success_20: "proportion",
  /** Share of the actions before which the agent was given a rule, and share of those that it reconsidered. */
  knowledge_rate: "mean",
  reflection_rate: "mean",
} as const;
export type Metric = keyof typeof METRICS;
/** Metrics that are 0 or 1 in an episode. */
export type Proportion = { [M in Metric]: (typeof METRICS)[M] extends "proportion" ? M : never }[Metric];

/** One measured value of one episode: the tidy form from which every table and figure is made. */
export interface ResultRow {
  readonly run: string;
  /** What is compared: a student, the teacher, a random agent; with its playing mode where there are several. */
  readonly arm: string;
  /** Training seed of the arm; the playing seed of agents that are not trained. */
  readonly seed: number | string;
  readonly taskId: string;
  readonly taskType: string;
  readonly split: string;
  /** `generated` or the published benchmark's name. */
  readonly source: string;
  readonly metric: Metric;
  readonly value: number;
}

export interface ResultRowOptions {
  readonly run: string;
  readonly arm: string;
  readonly seed: number | string;
  /** Length of an episode in tokens, where the arm has a tokenizer; without it there is no `tokens` metric. */
  readonly countTokens?: (trajectory: Trajectory) => number;
}

/** The rows of played episodes: four or five a trajectory. */
export function resultRows(trajectories: Iterable<Trajectory>, options: ResultRowOptions): ResultRow[] {
  const { run, arm, seed, countTokens } = options;
  const rows: ResultRow[] = [];
  for (const trajectory of trajectories) {
    const { id: taskId, type: taskType, split, source } = trajectory.task;
    const add = (metric: Metric, value: number): void => {
      rows.push({ run, arm, seed, taskId, taskType, split, source, metric, value });
    };
    add("success", trajectory.success ? 1 : 0);
    add("steps", trajectory.steps);
    if (trajectory.success) add("steps_if_won", trajectory.steps);
    add("invalid", trajectory.invalid);
    if (trajectory.steps > 0) add("invalid_rate", trajectory.invalid / trajectory.steps);
    if (countTokens !== undefined) add("tokens", countTokens(trajectory));
  }
  return rows;
}

export type ResultKey = Exclude<keyof ResultRow, "metric" | "value">;

/** One line of a result table: the group's keys, and the metric's mean with its 95 % interval. */
export type SummaryRow<K extends ResultKey = ResultKey> = Pick<ResultRow, K> &
  Interval & {
    readonly metric: Metric;
    /** Episodes (task × seed). */
    readonly n: number;
    readonly tasks: number;
    readonly seeds: number;
    readonly interval: "wilson" | "bootstrap";
  };

/**
 * Groups rows by `by` and metric, in order of first appearance. Proportions of one seed get Wilson intervals; means,
 * and proportions over several seeds, the cluster bootstrap over tasks and seeds. Where all episodes of all seeds
 * succeed (or fail) a bootstrap has no width, so these get the Wilson interval of as many episodes as there are tasks.
 */
export function summarise<K extends ResultKey>(rows: readonly ResultRow[], by: readonly K[]): SummaryRow<K>[] {
  if (rows.length === 0) return [];
  const groups = aq
    .from([...rows])
    .groupby(...by, "metric")
    .rollup({
      values: aq.op.array_agg("value"),
      taskIds: aq.op.array_agg("taskId"),
      allSeeds: aq.op.array_agg("seed"),
      n: aq.op.count(),
      tasks: aq.op.distinct("taskId"),
      seeds: aq.op.distinct("seed"),
    })
    .objects() as Group<K>[];
  return groups.map(({ values, taskIds, allSeeds, ...group }) => {
    const clustered = values.map((value, i) => ({ value, taskId: taskIds[i], seed: allSeeds[i] }));
    const interval = intervalOf(group.metric, clustered, group.tasks, group.seeds);
    return { ...group, ...interval } as unknown as SummaryRow<K>; // the rest of a generic type cannot be followed
  });
}

type Group<K extends ResultKey> = Pick<ResultRow, K> &
  Pick<SummaryRow, "metric" | "n" | "tasks" | "seeds"> & { values: number[]; taskIds: string[]; allSeeds: string[] };

function intervalOf(
  metric: Metric,
  values: readonly ClusteredValue[],
  tasks: number,
  seeds: number,
): Interval & Pick<SummaryRow, "interval"> {
  if (METRICS[metric] === "proportion") {
    const successes = values.reduce((sum, row) => sum + row.value, 0);
    if (seeds === 1) return { ...wilson(successes, values.length), interval: "wilson" };
    if (successes === 0) return { ...wilson(0, tasks), interval: "wilson" };
    if (successes === values.length) return { ...wilson(tasks, tasks), interval: "wilson" };
  }
  return { ...clusterBootstrap(values), interval: "bootstrap" };
}
