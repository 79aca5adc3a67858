import type { FailureRow, Interval, ResultRow } from "../evaluation/index.ts";
import { count, distinct, taskLabel, text } from "./labels.ts";
import { colour, dash, figure, symbol, transparent, type Axis, type Figure } from "./theme.ts";

/** One estimate with its interval: a line of `summarise`. */
export interface Estimate extends Interval {
  readonly arm: string;
  readonly n: number;
}

interface DotsOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly format: string;
}

/** Dots with error bars, grouped by `group` and, inside, by arm from left to right. */
function dotsFigure<T extends Estimate>(rows: readonly T[], groupOf: (row: T) => string, options: DotsOptions): Figure {
  const groups = distinct(rows.map(groupOf));
  const arms = distinct(rows.map(({ arm }) => arm));
  const traces = arms.map((arm, i) => {
    const own = rows.filter((row) => row.arm === arm);
    const offset = arms.length === 1 ? 0 : (0.6 * i) / (arms.length - 1) - 0.3;
    return {
      type: "scatter",
      mode: "markers",
      name: text(arm),
      x: own.map((row) => groups.indexOf(groupOf(row)) + offset),
      y: own.map(({ value }) => value),
      error_y: errorBars(own),
      customdata: own.map((row) => [taskLabel(groupOf(row)), row.low, row.high, row.n]),
      marker: { color: colour(i), symbol: symbol(i), size: 9 },
      hovertemplate:
        `%{customdata[0]}: %{y:${options.format}} [%{customdata[1]:${options.format}}, ` +
        `%{customdata[2]:${options.format}}], n = %{customdata[3]}<extra>${text(arm)}</extra>`,
    };
  });
  const ticktext = groups.map((group) => {
    const sizes = rows.filter((row) => groupOf(row) === group).map(({ n }) => n);
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    return `${taskLabel(group)}<br>n = ${least === most ? count(most) : `${count(least)} to ${count(most)}`}`;
  });
  const x = { ...options.x, tickvals: groups.map((_, i) => i), ticktext, range: [-0.5, groups.length - 0.5] };
  return figure(traces, { title: options.title, x, y: options.y });
}

const errorBars = (rows: readonly Interval[]): object => ({
  type: "data",
  symmetric: false,
  array: rows.map(({ value, high }) => high - value),
  arrayminus: rows.map(({ value, low }) => value - low),
  thickness: 1.5,
  width: 4,
});

const SUCCESS_AXIS = {
  title: "Success",
  unit: "%, 95 % interval",
  tickformat: ".0%",
  range: [-0.02, 1.02],
};

/** Success by task type for several arms. Takes `summarise(rows, ["arm", "taskType"])`, success rows. */
export function successByTypeFigure(
  rows: readonly (Estimate & { readonly taskType: string })[],
  title = "Success by task type",
): Figure {
  const x = { title: "Task type" };
  return dotsFigure(rows, ({ taskType }) => taskType, { title, x, y: SUCCESS_AXIS, format: ".1%" });
}

/** Success by split for several arms. Takes `summarise(rows, ["arm", "split"])`, success rows. */
export function successBySplitFigure(
  rows: readonly (Estimate & { readonly split: string })[],
  title = "Success by split",
): Figure {
  return dotsFigure(rows, ({ split }) => split, { title, x: { title: "Split" }, y: SUCCESS_AXIS, format: ".1%" });
}

/** Refused actions over all actions, mean over episodes. Takes `summarise(rows, ["arm", "split"])`, invalid_rate rows. */
export function invalidRateFigure(rows: readonly (Estimate & { readonly split: string })[]): Figure {
  return dotsFigure(rows, ({ split }) => split, {
    title: "Invalid actions",
    x: { title: "Split" },
    y: {
      title: "Refused",
      unit: "% of actions, 95 % interval",
      tickformat: ".0%",
      range: [0, Math.max(0.1, ...rows.map(({ high }) => 1.05 * high))], // a rate near 0 is not blown up
    },
    format: ".1%",
  });
}

/** Success at each checkpoint: a line an arm, with a band for the 95 % interval. */
export function learningCurveFigure(
  rows: readonly (Estimate & { readonly tokens: number })[],
  title = "Learning curve",
): Figure {
  const traces = distinct(rows.map(({ arm }) => arm)).flatMap((arm, i) => {
    const own = rows.filter((row) => row.arm === arm).sort((a, b) => a.tokens - b.tokens);
    const x = own.map(({ tokens }) => tokens);
    const band = {
      type: "scatter",
      mode: "lines",
      x: [...x, ...[...x].reverse()],
      y: [...own.map(({ high }) => high), ...own.map(({ low }) => low).reverse()],
      fill: "toself",
      fillcolor: transparent(colour(i), 0.18),
      line: { width: 0 },
      hoverinfo: "skip",
      showlegend: false,
      legendgroup: arm,
    };
    const line = {
      type: "scatter",
      mode: "lines+markers",
      name: text(arm),
      legendgroup: arm,
      x,
      y: own.map(({ value }) => value),
      customdata: own.map(({ low, high, n }) => [low, high, n]),
      line: { color: colour(i), dash: dash(i), width: 2 },
      marker: { color: colour(i), symbol: symbol(i), size: 8 },
      hovertemplate:
        "%{x:,} tokens: %{y:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}], n = %{customdata[2]}" +
        `<extra>${text(arm)}</extra>`,
    };
    return [band, line];
  });
  const x = { title: "Trained on", unit: "tokens" };
  return figure(traces, { title, x, y: SUCCESS_AXIS, legend: true });
}

/** Where lost episodes went wrong: share of all episodes, one bar an arm and class. Takes rows of `failureTable`. */
export function failureFigure(rows: readonly FailureRow[], title = "Where lost episodes went wrong"): Figure {
  const classes = distinct(rows.map(({ failure }) => failure));
  const traces = distinct(rows.map(({ arm }) => arm)).map((arm, i) => {
    const own = rows.filter((row) => row.arm === arm);
    return {
      type: "bar",
      orientation: "h",
      name: `${text(arm)} (n = ${count(own[0].episodes)})`,
      y: own.map(({ failure }) => text(failure)),
      x: own.map(({ share }) => share),
      customdata: own.map(({ n, loops, refused }) => [n, loops, refused]),
      marker: { color: colour(i) },
      hovertemplate:
        "%{y}: %{x:.1%} (%{customdata[0]} episodes; %{customdata[1]} in a loop, %{customdata[2]} mostly refused)" +
        `<extra>${text(arm)}</extra>`,
    };
  });
  return figure(traces, {
    title,
    x: { title: "Lost", unit: "% of the arm's episodes", tickformat: ".1~%", rangemode: "tozero" },
    y: { title: "Failure class", type: "category", categoryarray: classes.map(text), autorange: "reversed" },
    legend: true,
    layout: { barmode: "group" },
  });
}

/** Share of all episodes won within k steps, k = 0 to `limit`. Takes result rows with `success` and `steps_if_won`. */
export function stepsCdfFigure(rows: readonly ResultRow[], limit = 40, title = "Success within k steps"): Figure {
  const traces = distinct(rows.map(({ arm }) => arm)).map((arm, i) => {
    const own = rows.filter((row) => row.arm === arm);
    const n = own.filter(({ metric }) => metric === "success").length;
    const steps = own.filter(({ metric }) => metric === "steps_if_won").map(({ value }) => value);
    const x = Array.from({ length: limit + 1 }, (_, k) => k);
    return {
      type: "scatter",
      mode: "lines",
      name: `${text(arm)} (n = ${count(n)})`,
      x,
      y: x.map((k) => steps.filter((value) => value <= k).length / n),
      line: { color: colour(i), dash: dash(i), width: 2, shape: "hv" },
      hovertemplate: `%{y:.1%} within %{x} steps<extra>${text(arm)}</extra>`,
    };
  });
  const y = { title: "Success", unit: "% of episodes", tickformat: ".0%", range: [-0.02, 1.02] };
  return figure(traces, { title, x: { title: "Step limit k", unit: "steps" }, y });
}
