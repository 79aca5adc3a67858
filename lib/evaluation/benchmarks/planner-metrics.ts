import type { PlannerEvaluation, PlannerRecord, RecordStore } from "../../synthesis/index.ts";
import { summariseSample } from "../statistics.ts";
import { PLANNER_METRICS, type PlannerMetric, type PublishedPlannerSeries } from "./planner-published.ts";
import { tTest, type TTest } from "./planner-t-test.ts";

/** Ratings of so much or more are good (bot-with-plan). */
export const GOOD_RATING = 4;

/** One run of a planner over all requests. */
export interface PlannerRun {
  readonly requests: number;
  /** Finished and judged episodes. */
  readonly evaluated: number;
  readonly passed: number;
  /** Judged steps of all episodes; the final step of each is none of them. */
  readonly steps: number;
  readonly badSteps: number;
  readonly pass_rate: number;
  /** Null where no step was judged. */
  readonly bad_task_rate: number | null;
  readonly completion_rate: number;
}

/**
 * The three metrics of bot-with-plan's `planner_evaluation.ipynb`. A request without an evaluation counts as failed in
 * `pass_rate` and `completion_rate`; its steps do not count in `bad_task_rate`, which is pooled over all judged steps.
 * @param evaluations one a request, undefined where there is none
 */
export function plannerRun(evaluations: readonly (PlannerEvaluation | undefined)[]): PlannerRun {
  const requests = evaluations.length;
  if (requests === 0) throw new RangeError("metrics of a run without requests");
  const judged = evaluations.flatMap((evaluation) => evaluation ?? []);
  const passed = judged.filter(({ final_answer_rating }) => final_answer_rating >= GOOD_RATING).length;
  const ratings = judged.flatMap(({ steps }) => steps.map(({ task_rating }) => task_rating));
  const badSteps = ratings.filter((rating) => rating < GOOD_RATING).length;
  return {
    ...{ requests, evaluated: judged.length, passed, steps: ratings.length, badSteps },
    pass_rate: passed / requests,
    bad_task_rate: ratings.length === 0 ? null : badSteps / ratings.length,
    completion_rate: judged.length / requests,
  };
}

/** The run of these requests whose evaluations a store holds. */
export const plannerRunOf = (
  requests: readonly PlannerRecord["request"][],
  evaluations: RecordStore<PlannerEvaluation>,
): PlannerRun => plannerRun(requests.map(({ id }) => evaluations.get(id)));

/** A metric over the runs of a series, with both measures of spread that were published. */
export interface PlannerEstimate {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation with ddof 0, as in the README of bot-with-plan until commit 80c86fa. */
  readonly std: number;
  /** Standard error with ddof 1, as in its notebook; null for a single run. */
  readonly stderr: number | null;
}

export interface PlannerSeries {
  readonly series: string;
  readonly runs: readonly PlannerRun[];
  readonly metrics: Readonly<Record<PlannerMetric, PlannerEstimate | null>>;
}

const valuesOf = (runs: readonly PlannerRun[], metric: PlannerMetric): number[] =>
  runs.flatMap((run) => run[metric] ?? []);

export function plannerSeries(series: string, runs: readonly PlannerRun[]): PlannerSeries {
  const estimate = (metric: PlannerMetric): PlannerEstimate | null => {
    const values = valuesOf(runs, metric);
    if (values.length === 0) return null;
    const { n, mean, standardError } = summariseSample(values);
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    return { n, mean, std, stderr: standardError };
  };
  const metrics = {
    pass_rate: estimate("pass_rate"),
    bad_task_rate: estimate("bad_task_rate"),
    completion_rate: estimate("completion_rate"),
  };
  return { series, runs, metrics };
}

/** Two series compared in one metric. `student` is the published test; `welch` does not assume equal variances. */
export interface PlannerComparison {
  readonly metric: PlannerMetric;
  readonly difference: number | null;
  readonly student: TTest | null;
  readonly welch: TTest | null;
}

export function comparePlannerSeries(a: PlannerSeries, b: PlannerSeries): PlannerComparison[] {
  return PLANNER_METRICS.map((metric) => {
    const [left, right] = [valuesOf(a.runs, metric), valuesOf(b.runs, metric)];
    const [of, against] = [a.metrics[metric], b.metrics[metric]];
    return {
      metric,
      difference: of === null || against === null ? null : of.mean - against.mean,
      student: tTest(left, right, "student"),
      welch: tTest(left, right, "welch"),
    };
  });
}

const NONE = "–";
const rounded = (value: number | null): string => (value === null ? NONE : value.toFixed(3));

/** One line a series and metric, for people: mean, both spreads with their ddof, and the number of runs. */
export function formatPlannerSeries(all: readonly PlannerSeries[]): Record<string, string | number>[] {
  return all.flatMap(({ series, metrics, runs }) =>
    PLANNER_METRICS.map((metric) => {
      const estimate = metrics[metric];
      return {
        series,
        metric,
        mean: rounded(estimate?.mean ?? null),
        "std (ddof 0)": rounded(estimate?.std ?? null),
        "stderr (ddof 1)": rounded(estimate?.stderr ?? null),
        "n runs": estimate?.n ?? 0,
        requests: runs.at(0)?.requests ?? 0,
      };
    }),
  );
}

/** Published series in the same columns; the measure of spread that was not published is left empty. */
export function formatPublishedPlanner(all: readonly PublishedPlannerSeries[]): Record<string, string | number>[] {
  return all.flatMap(({ series, metrics, runs, requests, spread, source }) =>
    PLANNER_METRICS.map((metric) => ({
      series,
      metric,
      mean: metrics[metric].mean.toFixed(2),
      "std (ddof 0)": spread === "std" ? metrics[metric].spread.toFixed(2) : NONE,
      "stderr (ddof 1)": spread === "stderr" ? metrics[metric].spread.toFixed(2) : NONE,
      "n runs": runs,
      requests,
      source,
    })),
  );
}
