import { SOURCE_COLOURS } from "../labels/index.ts";
import { SOURCES, type Source } from "../trajectory/index.ts";
import type { ActionCount } from "../evaluation/index.ts";
import { count, distinct, taskLabel, text } from "./labels.ts";
import { colour, figure, type Figure } from "./theme.ts";

interface Part {
  readonly group: string;
  readonly part: string;
  readonly count: number;
}

interface StackedOptions {
  readonly title: string;
  readonly groupTitle: string;
  readonly unit: string;
  readonly colourOf: (part: string, index: number) => string;
}

/** Horizontal bars of 100 %, one a group, made of parts. */
function stackedFigure(parts: readonly Part[], { title, groupTitle, unit, colourOf }: StackedOptions): Figure {
  const groups = distinct(parts.map(({ group }) => group));
  const totals = new Map(groups.map((group) => [group, 0]));
  for (const { group, count: n } of parts) totals.set(group, totals.get(group)! + n);
  const label = (group: string): string => `${taskLabel(group)}<br>n = ${count(totals.get(group)!)}`;
  const traces = distinct(parts.map(({ part }) => part)).map((part, i) => {
    const rows = parts.filter((row) => row.part === part);
    return {
      type: "bar",
      orientation: "h",
      name: text(part),
      y: rows.map(({ group }) => label(group)),
      x: rows.map(({ group, count: n }) => (totals.get(group) === 0 ? 0 : n / totals.get(group)!)),
      customdata: rows.map(({ count: n }) => n),
      marker: { color: colourOf(part, i), line: { width: 1, color: "rgba(127, 127, 127, 0.5)" } },
      hovertemplate: `${text(part)}: %{x:.1%} (%{customdata:,} ${unit})<br>%{y}<extra></extra>`,
    };
  });
  return figure(traces, {
    title,
    x: { title: "Share", unit: `% of ${unit}`, tickformat: ".0%", range: [0, 1] },
    y: { title: groupTitle, type: "category", autorange: "reversed" },
    legend: true,
    layout: { barmode: "stack" },
  });
}

/** Which verbs the agent uses in each task type. */
export function actionMixFigure(rows: readonly ActionCount[]): Figure {
  return stackedFigure(
    rows.map(({ group, verb, count: n }) => ({ group, part: verb, count: n })),
    { title: "Action mix", groupTitle: "Task type", unit: "actions", colourOf: (_, i) => shade(i) },
  );
}

/** A seventh and later part repeats the colours at lower strength. */
const shade = (index: number): string => (index < 6 ? colour(index) : `${colour(index)}80`);

/** Tokens of each source in a data set, in the order of `SOURCES`; sources without tokens are left out. */
export function tokenSourcesFigure(
  rows: readonly { readonly group: string; readonly source: Source; readonly tokens: number }[],
): Figure {
  const parts = SOURCES.flatMap((source) =>
    rows
      .filter((row) => row.source === source && row.tokens > 0)
      .map(({ group, tokens }) => ({ group, part: source, count: tokens })),
  );
  return stackedFigure(parts, {
    title: "Tokens by source",
    groupTitle: "Data",
    unit: "tokens",
    colourOf: (part) => SOURCE_COLOURS[part as Source],
  });
}

/** Share of each task type; one bar a population (generated, real). */
export function taskTypesFigure(rows: readonly { readonly name: string; readonly type: string }[]): Figure {
  const types = distinct(rows.map(({ type }) => type)).sort();
  const traces = distinct(rows.map(({ name }) => name)).map((name, i) => {
    const own = rows.filter((row) => row.name === name);
    const counts = types.map((type) => own.filter((row) => row.type === type).length);
    return {
      type: "bar",
      name: `${text(name)} (n = ${count(own.length)})`,
      x: types.map(taskLabel),
      y: counts.map((n) => n / own.length),
      customdata: counts,
      marker: { color: colour(i) },
      hovertemplate: `%{x}: %{y:.1%} (%{customdata:,} tasks)<extra>${text(name)}</extra>`,
    };
  });
  return figure(traces, {
    title: "Task types",
    x: { title: "Task type", type: "category" },
    y: { title: "Share", unit: "% of tasks", tickformat: ".0%", rangemode: "tozero" },
    layout: { barmode: "group" },
  });
}
