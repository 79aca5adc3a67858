import {
  PLANNER_METRICS,
  type GeneralisationRow,
  type Interval,
  type PlannerMetric,
  type PlannerSeries,
  type PublishedPlannerSeries,
  type ToolChoice,
} from "../evaluation/index.ts";
import { errorBars, LINE, marker, nameAxis } from "./intervals.ts";
import { count, distinct, text } from "./labels.ts";
import { panelFigure, type Panel } from "./panels.ts";
import { colour, dash, figure, transparent, type Figure } from "./theme.ts";

const METRIC_NAMES: Readonly<Record<PlannerMetric, readonly [title: string, note: string]>> = {
  pass_rate: ["Passed", "more is better"],
  bad_task_rate: ["Bad tasks", "less is better"],
  completion_rate: ["Completed", "more is better"],
};
const RATE = { tickformat: ".0%", zeroline: false };
/** Of panels, which may be narrow. */
const HALVES = { title: "Share", unit: "%", zeroline: false, tickvals: [0, 0.5, 1], ticktext: ["0", "50", "100"] };
const percentOf = (n: number, total: number): string => (total === 0 ? "–" : `${((100 * n) / total).toFixed(1)} %`);

/**
 * The three metrics of bot-with-plan in a panel each: every run a point, the mean with its standard error (ddof 1).
 * Published series stand below ours, hollow: other requests, tools, planners and judge.
 * @param published those with a standard error
 */
export function plannerSeriesFigure(
  series: readonly PlannerSeries[],
  published: readonly PublishedPlannerSeries[] = [],
): Figure {
  const names = [
    ...series.map(({ series: name }) => name),
    ...published.map(({ series: name }) => `published: ${name}`),
  ];
  const panels = PLANNER_METRICS.map((metric, nth): Panel => {
    const [title, note] = METRIC_NAMES[metric];
    const showlegend = nth === 0;
    const ours = series.flatMap(({ series: name, metrics }, line) => {
      const estimate = metrics[metric];
      return estimate === null ? [] : [{ name, line, ...estimate }];
    });
    const runs = series.flatMap(({ runs }, line) =>
      runs.flatMap((run, i) => (run[metric] === null ? [] : [{ line, i, value: run[metric], n: run.requests }])),
    );
    const theirs = published.map((one, i) => ({ ...one, line: series.length + i, ...one.metrics[metric] }));
    const spread = (values: readonly (number | null)[], of: string): object => ({
      ...{ type: "data", array: values.map((value) => value ?? 0), color: of, thickness: 1.5, width: 4 },
    });
    const data: object[] = [
      {
        ...{ type: "scatter", mode: "markers", name: "a run", legendgroup: "run", showlegend },
        ...{ x: runs.map(({ value }) => value), y: runs.map(({ line, i }) => line + 0.22 + 0.06 * (i % 3)) },
        marker: { color: transparent(colour(0), 0.45), size: 6 },
        customdata: runs.map(({ i, n }) => [i + 1, n]),
        hovertemplate: "run %{customdata[0]}: %{x:.1%} (n = %{customdata[1]} requests)<extra></extra>",
      },
      {
        ...{ type: "scatter", mode: "markers", name: "mean ± standard error", legendgroup: "mean", showlegend },
        ...{ x: ours.map(({ mean }) => mean), y: ours.map(({ line }) => line) },
        error_x: spread(ours.map(({ stderr }) => stderr), colour(0)), // prettier-ignore
        marker: { color: colour(0), size: 10 },
        customdata: ours.map(({ name, n, std, stderr }) => [text(name), n, std, stderr]),
        hovertemplate:
          "%{customdata[0]}: %{x:.1%}, std %{customdata[2]:.3f} (ddof 0), stderr %{customdata[3]:.3f} (ddof 1), " +
          "n = %{customdata[1]} runs<extra></extra>",
      },
    ];
    if (theirs.length > 0)
      data.push({
        ...{
          type: "scatter",
          mode: "markers",
          name: "published ± standard error",
          legendgroup: "published",
          showlegend,
        },
        ...{ x: theirs.map(({ mean }) => mean), y: theirs.map(({ line }) => line) },
        error_x: spread(theirs.map(({ spread: value }) => value), colour(1)), // prettier-ignore
        marker: { color: colour(1), symbol: "diamond-open", size: 10, line: { width: 2 } },
        customdata: theirs.map(({ series: name, runs, source }) => [text(name), runs, text(source)]),
        hovertemplate: "%{customdata[0]}: %{x:.2f}, n = %{customdata[1]} runs<br>%{customdata[2]}<extra></extra>",
      });
    return { title, note, data, x: { range: [-0.04, 1.04] } };
  });
  return panelFigure(panels, {
    title: "Planners compared",
    x: HALVES,
    y: nameAxis(names, ""),
    ...{ columns: 3, panelHeight: 46 * Math.max(3, names.length) },
  });
}

/** The ratings that one episode of a series got; none where it was not finished. */
export interface RatedEpisode {
  readonly series: string;
  readonly evaluation?: {
    readonly steps: readonly {
      readonly task_rating: number;
      readonly tool_rating: number;
      readonly result_rating: number;
    }[];
    readonly final_answer_rating: number;
  };
}

const RATED = [
  { title: "Task", of: (steps: RatedSteps) => steps.steps.map(({ task_rating }) => task_rating) },
  { title: "Tool", of: (steps: RatedSteps) => steps.steps.map(({ tool_rating }) => tool_rating) },
  { title: "Result", of: (steps: RatedSteps) => steps.steps.map(({ result_rating }) => result_rating) },
  { title: "Final answer", of: (steps: RatedSteps) => [steps.final_answer_rating] },
] as const;
type RatedSteps = NonNullable<RatedEpisode["evaluation"]>;

/** From bad to good; grey: not finished, so never rated. */
const RATING_COLOURS = ["#9b4a00", "#ff5f11", "#f2b48a", "#8cc8f7", "#1697fe"] as const;
const UNRATED = "rgba(127, 127, 127, 0.35)";

/** How the ratings 1 to 5 are spread, of tasks, tools, results and final answers: a bar of 100 % for each series. */
export function ratingsFigure(episodes: readonly RatedEpisode[], title = "Ratings"): Figure {
  const names = distinct(episodes.map(({ series }) => series));
  const panels = RATED.map(({ title, of }, nth): Panel => {
    const isAnswer = title === "Final answer";
    const lines = names.map((name) => {
      const own = episodes.filter(({ series }) => series === name);
      const ratings = own.flatMap(({ evaluation }) => (evaluation === undefined ? [] : of(evaluation)));
      const unrated = isAnswer ? own.filter(({ evaluation }) => evaluation === undefined).length : 0;
      const counts = [1, 2, 3, 4, 5].map((rating) => ratings.filter((one) => Math.round(one) === rating).length);
      return { counts: [...counts, unrated], total: ratings.length + unrated };
    });
    const data = [0, 1, 2, 3, 4, 5].map((part) => ({
      ...{ type: "bar", orientation: "h", name: part === 5 ? "not finished" : String(part + 1), width: 0.7 },
      ...{ legendgroup: String(part), showlegend: nth === 0, y: names.map((_, line) => line) },
      x: lines.map(({ counts, total }) => (total === 0 ? 0 : counts[part] / total)),
      customdata: lines.map(({ counts, total }, line) => [text(names[line]), counts[part], total]),
      marker: { color: part === 5 ? UNRATED : RATING_COLOURS[part] },
      hovertemplate: "%{customdata[0]}: %{x:.1%} (%{customdata[1]:,} of %{customdata[2]:,})",
    }));
    return { title, note: isAnswer ? "share of episodes" : "share of judged steps", data, x: { range: [0, 1] } };
  });
  const shown = panelFigure(panels, {
    ...{ title, x: HALVES, y: nameAxis(names, "") },
    ...{ columns: 2, panelHeight: LINE * Math.max(3, names.length) },
  });
  return { data: shown.data, layout: { ...shown.layout, barmode: "stack" } };
}

/** How an episode may end; each has its colour, whatever else there is. */
const STOPS = ["final_answer", "step_limit", "unknown_tool", "tool_error", "no_plan"] as const;
export interface EndedEpisode {
  readonly series: string;
  readonly stop: (typeof STOPS)[number];
}

/** Why the episodes of each series ended: a bar of 100 %. */
export function stopReasonsFigure(episodes: readonly EndedEpisode[]): Figure {
  const names = distinct(episodes.map(({ series }) => series));
  const stops = STOPS.filter((stop) => episodes.some((one) => one.stop === stop));
  const traces = stops.map((stop) => {
    const counts = names.map((name) => episodes.filter((one) => one.series === name && one.stop === stop).length);
    const totals = names.map((name) => episodes.filter(({ series }) => series === name).length);
    return {
      ...{ type: "bar", orientation: "h", name: text(stop), y: names.map((_, line) => line), width: 0.6 },
      x: counts.map((n, line) => n / totals[line]),
      customdata: counts.map((n, line) => [text(names[line]), n, totals[line]]),
      marker: { color: colour(STOPS.indexOf(stop)) },
      hovertemplate: "%{customdata[0]}: %{x:.1%} (%{customdata[1]:,} of %{customdata[2]:,} episodes)",
    };
  });
  return figure(traces, {
    title: "Why episodes ended",
    x: { title: "Share", unit: "% of episodes", ...RATE, range: [0, 1] },
    y: nameAxis(names, ""),
    legend: true,
    layout: { barmode: "stack", height: 150 + 48 * names.length },
  });
}

/** Steps that were taken for a request, and steps that it needs; the final answer counts in `taken` only. */
export interface TakenSteps {
  readonly series: string;
  readonly needs: number;
  readonly taken: number;
}

/** Mean number of steps by how many a request needs; the dotted line takes no step too many. */
export function stepsTakenFigure(episodes: readonly TakenSteps[]): Figure {
  const needs = distinct(episodes.map((one) => one.needs)).sort((a, b) => a - b);
  const names = distinct(episodes.map(({ series }) => series));
  const lines = names.map((name, i) => {
    const groups = needs.flatMap((need) => {
      const taken = episodes.filter((one) => one.series === name && one.needs === need).map(({ taken }) => taken);
      if (taken.length === 0) return [];
      return [{ need, mean: taken.reduce((a, b) => a + b, 0) / taken.length, least: Math.min(...taken), most: Math.max(...taken), n: taken.length }]; // prettier-ignore
    });
    return {
      ...{ type: "scatter", mode: "lines+markers", name: text(name), x: groups.map(({ need }) => need) },
      ...{ y: groups.map(({ mean }) => mean), line: { color: colour(i), dash: dash(i), width: 2 } },
      marker: { ...marker(i), size: 9 },
      customdata: groups.map(({ least, most, n }) => [least, most, n]),
      hovertemplate:
        "%{y:.2f} steps for a request of %{x} (%{customdata[0]} to %{customdata[1]}, n = %{customdata[2]})" +
        `<extra>${text(name)}</extra>`,
    };
  });
  const none = {
    ...{ type: "scatter", mode: "lines", name: "none too many", x: needs, y: needs.map((need) => need + 1) },
    ...{ line: { color: colour(5), width: 1.5, dash: "dot" }, hoverinfo: "skip" },
  };
  return figure([...lines, none], {
    title: "Steps taken",
    x: { title: "Needed", unit: "steps, without the final answer", dtick: 1 },
    y: { title: "Taken", unit: "steps, mean", rangemode: "tozero" },
  });
}

/** Where a planner takes another tool than its teacher would: rows are the teacher's, each of 100 %. Takes `toolChoices`. */
export function toolChoiceFigure(choices: readonly ToolChoice[], title = "Tools, beside the teacher's"): Figure {
  const rows = distinct(choices.map(({ teacher }) => teacher)).sort();
  const others = distinct(choices.map(({ planner }) => planner)).filter((tool) => !rows.includes(tool));
  // What is no tool at all is one column: an untrained student writes any text there.
  const columns = others.length === 0 ? rows : [...rows, "other"];
  const counts = rows.map((teacher) => {
    const own = choices.filter((choice) => choice.teacher === teacher);
    const of = (tool: string): number =>
      own.filter(({ planner }) => (tool === "other" ? others.includes(planner) : planner === tool)).length;
    return { total: own.length, counts: columns.map(of) };
  });
  const heat = {
    ...{ type: "heatmap", x: columns.map(text), y: rows.map((tool, i) => `${text(tool)} (${count(counts[i].total)})`) },
    z: counts.map(({ counts, total }) => counts.map((n) => n / total)),
    text: counts.map(({ counts }) => counts.map((n) => (n === 0 ? "" : count(n)))),
    ...{ texttemplate: "%{text}", zmin: 0, zmax: 1, xgap: 2, ygap: 2 },
    colorscale: [[0, "rgba(127, 127, 127, 0.08)"], [1, colour(0)]], // prettier-ignore
    colorbar: { tickformat: ".0%", thickness: 12, outlinewidth: 0 },
    hovertemplate: "teacher %{y}<br>planner %{x}<br>%{z:.1%}, %{text} steps<extra></extra>",
  };
  const same = choices.filter(({ teacher, planner }) => teacher === planner).length;
  const words = choices.filter(({ isSameTask }) => isSameTask).length;
  return figure([heat], {
    title: `${title}<br><sub>same tool at ${percentOf(same, choices.length)}, same task at ${percentOf(words, choices.length)} of ${count(choices.length)} steps</sub>`, // prettier-ignore
    x: { title: "Planner's tool", type: "category", tickangle: -30, showgrid: false },
    y: { title: "Teacher's tool", unit: "steps", type: "category", autorange: "reversed", showgrid: false },
    legend: false,
    layout: { height: 160 + 40 * rows.length },
  });
}

const MEASURES = [
  { name: "exact match", of: ({ exact }: GeneralisationRow) => exact },
  { name: "F1", of: ({ f1 }: GeneralisationRow) => f1 },
  { name: "right answer in a result", of: ({ found }: GeneralisationRow) => found },
] as const;

/** What planners make of questions with real tools: a line a series, a panel a set. Takes `generalisationTable`. */
export function generalisationFigure(table: readonly GeneralisationRow[], title = "With real tools"): Figure {
  const names = distinct(table.map(({ series }) => series));
  const panels = distinct(table.map(({ set }) => set)).map((set, nth): Panel => {
    const rows = table.filter((row) => row.set === set);
    const data = MEASURES.map(({ name, of }, i) => {
      const own = rows.flatMap((row): (Interval & { series: string })[] => {
        const interval = of(row);
        return interval === null ? [] : [{ ...interval, series: row.series }];
      });
      return {
        ...{ type: "scatter", mode: "markers", name, legendgroup: name, showlegend: nth === 0 },
        x: own.map(({ value }) => value),
        y: own.map(({ series }) => names.indexOf(series) + (i - 1) * 0.24),
        error_x: errorBars(own, colour(i)),
        marker: { ...marker(i), size: 8 },
        customdata: own.map(({ series, low, high }) => [text(series), low, high]),
        hovertemplate: `%{customdata[0]}, ${name}: %{x:.1%} [%{customdata[1]:.1%}, %{customdata[2]:.1%}]<extra></extra>`,
      };
    });
    const [{ questions, seeds, reader }] = rows;
    return { title: set, note: `n = ${count(questions)}${seeds > 1 ? ` × ${seeds} seeds` : ""}; ${reader}`, data };
  });
  return panelFigure(panels, {
    title,
    x: { ...HALVES, unit: "%, 95 % interval", range: [-0.04, 1.04] },
    y: nameAxis(names, ""),
    panelHeight: 44 * Math.max(3, names.length),
  });
}
