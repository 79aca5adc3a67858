import {
  comparePlannerSeries,
  plannerSeries,
  wilson,
  type PlannerComparison,
  type PlannerSeries,
} from "../../evaluation/index.ts";
import type { Run } from "../run.ts";
import { readRequestRows, readSeriesRuns, type RequestRow, type SeriesRun } from "./evaluation.ts";
import { SERIES, type SeriesName } from "./series.ts";

/** Two series in one metric. */
export interface SeriesComparison extends PlannerComparison {
  readonly a: string;
  readonly b: string;
}

/** Requests that need so many steps, over all runs of a series. */
export interface StepsRow {
  readonly series: string;
  /** Steps that the requests need, the final answer not counted. */
  readonly needs: number;
  /** Different requests; each run plays all of them. */
  readonly requests: number;
  readonly episodes: number;
  readonly passed: number;
  readonly pass_rate: number;
  /** 95 % interval over the requests (Wilson). Runs of one request are much alike, so they do not make it narrower. */
  readonly low: number;
  readonly high: number;
}

/** How many episodes of a series ended so. */
export interface StopRow {
  readonly series: string;
  readonly stop: RequestRow["stop"];
  readonly episodes: number;
}

/** Every figure of a planner experiment. */
export interface PlannerResults {
  readonly series: readonly PlannerSeries[];
  /** The fine-tuned planners against each of the others, and against each other. */
  readonly comparisons: readonly SeriesComparison[];
  readonly bySteps: readonly StepsRow[];
  readonly stops: readonly StopRow[];
}

/** A series with its runs and the requests of all of them. */
interface Named {
  readonly name: string;
  readonly runs: readonly SeriesRun[];
  readonly rows: readonly RequestRow[];
}

/**
 * Runs of one arm with several seeds are runs of one series. What is not trained does not depend on the arm: the first
 * run's count.
 */
export function plannerResults(runs: readonly Run[]): PlannerResults {
  const arms = [...new Set(runs.map(({ arm }) => arm))];
  const named = (series: SeriesName, name: string, from: readonly Run[]): Named => ({
    name,
    runs: from.flatMap(readSeriesRuns).filter((each) => each.series === series),
    rows: from.flatMap(readRequestRows).filter((each) => each.series === series),
  });
  const [first] = runs;
  const tuned = arms.map((arm) =>
    named(
      SERIES.fineTuned,
      arms.length === 1 ? SERIES.fineTuned : `${SERIES.fineTuned}, ${arm}`,
      runs.filter((run) => run.arm === arm),
    ),
  );
  const all = [
    named(SERIES.zeroShot, SERIES.zeroShot, [first]),
    ...tuned,
    named(SERIES.teacher, SERIES.teacher, [first]),
  ];
  const series = all.map((each) => plannerSeries(each.name, each.runs));
  const isTuned = ({ series: name }: PlannerSeries): boolean => name.startsWith(SERIES.fineTuned);
  const comparisons = series
    .filter(isTuned)
    .flatMap((a, i) =>
      series
        .filter((b) => !isTuned(b) || series.filter(isTuned).indexOf(b) > i)
        .flatMap((b) => comparePlannerSeries(a, b).map((each) => ({ a: a.series, b: b.series, ...each }))),
    );
  return { series, comparisons, bySteps: all.flatMap(stepsRows), stops: all.flatMap(stopRows) };
}

function stepsRows({ name, rows }: Named): StepsRow[] {
  const needs = [...new Set(rows.map((row) => row.needs))].sort((a, b) => a - b);
  return needs.map((steps) => {
    const own = rows.filter((row) => row.needs === steps);
    const passed = own.filter((row) => row.passed).length;
    const requests = new Set(own.map((row) => row.request)).size;
    const { value, low, high } = wilson((passed / own.length) * requests, requests);
    return { series: name, needs: steps, requests, episodes: own.length, passed, pass_rate: value, low, high };
  });
}

function stopRows({ name, rows }: Named): StopRow[] {
  const stops = [...new Set(rows.map(({ stop }) => stop))].sort();
  return stops.map((stop) => ({ series: name, stop, episodes: rows.filter((row) => row.stop === stop).length }));
}
