import type { Comparison, Interval, KnowSelfRow, SituationRow } from "../evaluation/index.ts";
import { errorBars, LINE, marker, nameAxis } from "./intervals.ts";
import { count, distinct, taskLabel, text } from "./labels.ts";
import { panelFigure, type Panel } from "./panels.ts";
import { colour, dash, figure, symbol, transparent, type Axis, type Figure } from "./theme.ts";

const PERCENT = { tickformat: ".0%", zeroline: false };
const SUCCESS: Axis = { title: "Success", unit: "%, 95 % interval", ...PERCENT, range: [-0.02, 1.02] };
const FORMAT = ".1%";

const sizes = (rows: readonly { games: number; seeds: number }[]): string => {
  const [{ games, seeds }] = rows;
  return `n = ${count(games)}${seeds > 1 ? ` × ${seeds} seeds` : ""}`;
};

/** Success within 10 and 20 steps and within the games' limit: a line an arm, a panel a set. Takes `knowSelfTable`. */
export function successWithinFigure(table: readonly KnowSelfRow[], stepLimit = 40): Figure {
  const arms = distinct(table.map(({ arm }) => arm));
  const limits = [10, 20, "limit"] as const;
  const panels = distinct(table.map(({ set }) => set)).map((set, nth): Panel => {
    const rows = table.filter((row) => row.set === set);
    const data = limits.map((limit, i) => {
      const own = rows.flatMap(({ arm, within }) => {
        const success = within[limit];
        return success ? [{ arm, ...success }] : [];
      });
      const name = `within ${limit === "limit" ? stepLimit : limit} steps`;
      return {
        ...{ type: "scatter", mode: "markers", name, legendgroup: name, showlegend: nth === 0 },
        x: own.map(({ value }) => value),
        y: own.map(({ arm }) => arms.indexOf(arm) + (i - 1) * 0.24),
        error_x: errorBars(own, colour(i)),
        marker: { color: colour(i), symbol: symbol(i), size: 8 },
        customdata: own.map(({ arm, low, high }) => [text(arm), low, high]),
        hovertemplate:
          `%{customdata[0]}, ${name}: %{x:${FORMAT}} [%{customdata[1]:${FORMAT}}, %{customdata[2]:${FORMAT}}]` +
          "<extra></extra>",
      };
    });
    return { title: set, note: sizes(rows), data };
  });
  return panelFigure(panels, {
    title: "Success within so many steps",
    x: SUCCESS,
    y: nameAxis(arms, ""),
    panelHeight: LINE * Math.max(4, arms.length),
  });
}

/** A mean with its interval, such as the reward in a shop: a line an arm, a panel a set. */
export function armMeansFigure(
  rows: readonly (Interval & Pick<KnowSelfRow, "arm" | "set" | "games" | "seeds">)[],
  options: { readonly title: string; readonly measure: string },
): Figure {
  const arms = distinct(rows.map(({ arm }) => arm));
  const panels = distinct(rows.map(({ set }) => set)).map((set): Panel => {
    const own = rows.filter((row) => row.set === set);
    const points = {
      ...{ type: "scatter", mode: "markers", showlegend: false },
      x: own.map(({ value }) => value),
      y: own.map(({ arm }) => arms.indexOf(arm)),
      error_x: errorBars(own, colour(0)),
      marker: { color: colour(0), size: 9 },
      customdata: own.map(({ arm, low, high }) => [text(arm), low, high]),
      hovertemplate:
        `%{customdata[0]}: %{x:${FORMAT}} [%{customdata[1]:${FORMAT}}, %{customdata[2]:${FORMAT}}]` + "<extra></extra>",
    };
    return { title: set, note: sizes(own), data: [points] };
  });
  return panelFigure(panels, {
    title: options.title,
    x: { ...SUCCESS, title: options.measure },
    y: nameAxis(arms, ""),
    panelHeight: 25 * Math.max(4, arms.length),
    legend: "none",
  });
}

/** Shares on a square-root scale: most arms ask seldom, and some always. */
const ROOT_TICKS = [0, 0.01, 0.05, 0.15, 0.3, 0.6, 1];
const root = ({ value, low, high }: Interval): Interval => ({
  value: Math.sqrt(value),
  low: Math.sqrt(low),
  high: Math.sqrt(high),
});

/** Success within 20 steps against the knowledge that it took: a point an arm, a panel a set. Takes `knowSelfTable`. */
export function successAgainstKnowledgeFigure(table: readonly KnowSelfRow[]): Figure {
  const arms = distinct(table.map(({ arm }) => arm));
  const named = new Set<string>();
  const panels = distinct(table.map(({ set }) => set)).map((set): Panel => {
    const rows = table.filter((row) => row.set === set);
    const data = rows.flatMap(({ arm, knowledge, within: { 20: success } }) => {
      if (!knowledge || !success) return [];
      const index = arms.indexOf(arm);
      const showlegend = !named.has(arm);
      named.add(arm);
      const place = root(knowledge);
      return {
        ...{ type: "scatter", mode: "markers", name: text(arm), legendgroup: arm, showlegend },
        ...{ x: [place.value], y: [success.value] },
        error_x: errorBars([place], transparent(colour(index), 0.6)),
        error_y: errorBars([success], transparent(colour(index), 0.6)),
        marker: { ...marker(index), size: 10 },
        hovertemplate: `success ${interval(success)}<br>Know% ${interval(knowledge)}<extra>${text(arm)}</extra>`,
      };
    });
    return { title: set, note: sizes(rows), data };
  });
  const successes = table.flatMap(({ within }) => within[20] ?? []);
  const most = Math.max(0.05, ...table.map(({ knowledge }) => knowledge?.high ?? 0));
  const least = Math.min(0.9, ...successes.map(({ low }) => low));
  return panelFigure(panels, {
    title: "Success and the knowledge that it took",
    x: {
      ...{ title: "Know%", unit: "% of actions, 95 % interval; square-root scale" },
      ...{
        tickvals: ROOT_TICKS.map(Math.sqrt),
        ticktext: ROOT_TICKS.map((share) => `${Math.round(100 * share)}%`),
        tickangle: 0,
      },
      range: [-0.03, 1.05 * Math.sqrt(most)],
    },
    y: { ...SUCCESS, title: "Within 20 steps", range: [least - 0.05, 1.02] },
    panelHeight: 300,
    legend: "below",
  });
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;
const interval = ({ value, low, high }: Interval): string => `${percent(value)} [${percent(low)}, ${percent(high)}]`;

/** Know% and Reflect% by task type, a panel each. Takes `actionRates(rows, true)` of one set, and arms worth showing. */
export function situationsByTypeFigure(rates: readonly SituationRow[], title = "Situations by task type"): Figure {
  const arms = distinct(rates.map(({ arm }) => arm));
  const types = distinct(rates.flatMap(({ taskType }) => taskType ?? []));
  const metrics = [
    { metric: "knowledge_rate", title: "Know%", note: "actions with knowledge" },
    { metric: "reflection_rate", title: "Reflect%", note: "actions that were reconsidered" },
  ] as const;
  const panels = metrics.map(({ metric, title, note }, nth): Panel => {
    const highest = Math.max(0.05, ...rates.filter((row) => row.metric === metric).map(({ high }) => high));
    const data = arms.map((arm, i) => {
      const own = rates.filter((row) => row.arm === arm && row.metric === metric);
      const offset = arms.length === 1 ? 0 : (0.6 * i) / (arms.length - 1) - 0.3;
      return {
        ...{ type: "scatter", mode: "markers", name: text(arm), legendgroup: arm, showlegend: nth === 0 },
        x: own.map(({ value }) => value),
        y: own.map(({ taskType }) => types.indexOf(taskType ?? "") + offset),
        error_x: errorBars(own, colour(i)),
        marker: { ...marker(i), size: 8 },
        customdata: own.map(({ taskType, low, high, n }) => [taskLabel(taskType ?? ""), low, high, n]),
        hovertemplate:
          `%{customdata[0]}: %{x:${FORMAT}} [%{customdata[1]:${FORMAT}}, %{customdata[2]:${FORMAT}}], ` +
          `n = %{customdata[3]} games<extra>${text(arm)}</extra>`,
      };
    });
    return { title, note, data, x: { range: [-0.02 * highest, 1.05 * highest] } };
  });
  return panelFigure(panels, {
    title,
    x: { title: "Share", unit: "% of actions, 95 % interval", tickformat: ".1~%" },
    y: { ...nameAxis(types, ""), ticktext: types.map(taskLabel) },
    panelHeight: Math.max(200, types.length * Math.max(LINE, 12 * arms.length)),
  });
}

/** A comparison, and the set of games that it was made on. */
export type SetComparison = Comparison & { readonly set: string };

/**
 * What each arm loses or gains against one other, the same games paired: difference, 95 % interval and two p values; a
 * panel a set. Takes `compareArms(rows, arm, reference, metric)` for several arms.
 */
export function pairedDifferencesFigure(comparisons: readonly SetComparison[], title: string): Figure {
  const arms = distinct(comparisons.map(({ armA }) => armA));
  const [least, most] = [
    Math.min(0, ...comparisons.map(({ difference }) => difference.low)),
    Math.max(0, ...comparisons.map(({ difference }) => difference.high)),
  ];
  const width = Math.max(0.1, most - least);
  // Right of the intervals there are two columns of p values.
  const columns = [most + 0.2 * width, most + 0.4 * width];
  const panels = distinct(comparisons.map(({ set }) => set)).map((set): Panel => {
    const own = comparisons.filter((row) => row.set === set);
    const lines = own.map(({ armA }) => arms.indexOf(armA));
    const column = (x: number, head: string, values: readonly number[]): object => ({
      ...{ type: "scatter", mode: "text", hoverinfo: "skip", showlegend: false, cliponaxis: false },
      ...{ x: [x, ...values.map(() => x)], y: [-0.75, ...lines], text: [head, ...values.map(pValue)] },
      textfont: { size: 11 },
    });
    const data = [
      { ...{ type: "scatter", mode: "lines", x: [0, 0], y: [-0.5, arms.length - 0.5] }, ...ZERO },
      {
        ...{ type: "scatter", mode: "markers", showlegend: false, y: lines },
        x: own.map(({ difference }) => difference.value),
        error_x: errorBars(
          own.map(({ difference }) => difference),
          colour(0),
        ),
        marker: { color: colour(0), size: 9 },
        customdata: own.map((row) => [
          text(row.armA),
          ...[row.difference.low, row.difference.high, row.onlyA, row.onlyB, row.n],
        ]),
        hovertemplate:
          `%{customdata[0]}: %{x:+${FORMAT}} [%{customdata[1]:+${FORMAT}}, %{customdata[2]:+${FORMAT}}]<br>` +
          "won alone %{customdata[3]}, lost alone %{customdata[4]}, of %{customdata[5]} pairs<extra></extra>",
      },
      column(
        columns[0],
        "McNemar",
        own.map(({ p }) => p),
      ),
      column(
        columns[1],
        "bootstrap",
        own.map(({ bootstrapP }) => bootstrapP),
      ),
    ];
    const [{ n, seeds }] = own;
    return { title: set, note: `n = ${count(n)} pairs${seeds > 1 ? `, ${seeds} seeds` : ""}`, data };
  });
  return panelFigure(panels, {
    title,
    x: {
      ...{ title: "Difference", unit: "points, 95 % interval; right: p values", tickformat: "+.0%" },
      range: [least - 0.08 * width, most + 0.5 * width],
    },
    y: { ...nameAxis(arms, ""), range: [arms.length - 0.5, -1.2] },
    panelHeight: 25 * Math.max(3, arms.length + 1),
    columns: 1,
    legend: "none",
  });
}

const ZERO = { line: { color: "#8d9781", width: 1.5, dash: "dot" }, hoverinfo: "skip", showlegend: false };

/** As tables print it; plotly reads a bare `<` as the begin of a tag. */
const pValue = (p: number): string => (p < 0.001 ? text("< 0.001") : p.toFixed(3));

/** Success of a student that was trained on a share of the self-aware data. */
export interface ScalingRow extends Interval {
  /** Of the self-aware trajectories, in [0, 1]. */
  readonly share: number;
  /** `absolute`: these alone; `relative`: the rest of the data is gold without situations (KnowSelf paper, figure 3c). */
  readonly data: "absolute" | "relative";
  readonly n: number;
}

/** Success by the share of self-aware data: a line with a band for each way to take a share. */
export function scalingFigure(rows: readonly ScalingRow[], title = "Share of self-aware data"): Figure {
  const names = { absolute: "absolute: that share alone", relative: "relative: filled up with plain gold" } as const;
  const traces = distinct(rows.map(({ data }) => data)).flatMap((data, i) => {
    const own = rows.filter((row) => row.data === data).sort((a, b) => a.share - b.share);
    const x = own.map(({ share }) => share);
    return [
      {
        ...{ type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()], fill: "toself", line: { width: 0 } },
        y: [...own.map(({ high }) => high), ...own.map(({ low }) => low).reverse()],
        ...{ fillcolor: transparent(colour(i), 0.18), hoverinfo: "skip", showlegend: false, legendgroup: data },
      },
      {
        ...{ type: "scatter", mode: "lines+markers", name: names[data], legendgroup: data, x },
        y: own.map(({ value }) => value),
        customdata: own.map(({ low, high, n }) => [low, high, n]),
        line: { color: colour(i), dash: dash(i), width: 2 },
        marker: { ...marker(i), size: 8 },
        hovertemplate:
          `%{x:.0%} of the data: %{y:${FORMAT}} [%{customdata[0]:${FORMAT}}, %{customdata[1]:${FORMAT}}], ` +
          `n = %{customdata[2]}<extra>${data}</extra>`,
      },
    ];
  });
  const x = { title: "Self-aware data", unit: "% of all of it", ...PERCENT, range: [-0.03, 1.03] };
  return figure(traces, { title, x, y: SUCCESS, legend: true });
}
