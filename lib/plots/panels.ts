import { text } from "./labels.ts";
import { figure, type Axis, type Figure } from "./theme.ts";

/** One of several plots in a figure, with axes of its own in the same units. */
export interface Panel {
  /** As data has it: it is shown literally. */
  readonly title: string;
  /** A second line, such as the number of games. */
  readonly note: string;
  readonly data: readonly object[];
  /** Settings of this panel's x axis beside the common ones. */
  readonly x?: object;
}

export interface PanelOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Panels in a row; 2 by default. */
  readonly columns?: number;
  /** Height of one panel's plot, in pixels. */
  readonly panelHeight?: number;
  /** Where traces are named: above the panels, below them (for many), or nowhere. */
  readonly legend?: "above" | "below" | "none";
}

/** Pixels above the first row, between rows, and below the last; the latter hold ticks and the common title. */
const [ABOVE, BETWEEN, BELOW] = [115, 75, 65];
/** Names of a legend below that stand in one line of `LEGEND_LINE` pixels. */
const [NAMES_IN_LINE, LEGEND_LINE] = [3, 21];
/** Share of the width between two panels. */
const GAP = 0.06;

/**
 * Small multiples under the common theme, row by row: the y axis has its ticks and title at the left end of each row, the
 * x axis its title once, below. Traces of one `legendgroup` are to be named by one of them, with `showlegend`.
 */
export function panelFigure(panels: readonly Panel[], options: PanelOptions): Figure {
  const { title, x, y, panelHeight = 280, legend = "above" } = options;
  const columns = Math.max(1, Math.min(options.columns ?? 2, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const inside = rows * panelHeight + (rows - 1) * BETWEEN;
  const base = figure([], { title, x, y, legend: legend !== "none" }).layout as Record<string, object>;
  const width = (1 - GAP * (columns - 1)) / columns;
  const axes: Record<string, object> = {};
  panels.forEach((panel, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const left = column * (width + GAP);
    const top = 1 - (row * (panelHeight + BETWEEN)) / inside;
    axes[`xaxis${axisId(i)}`] = {
      ...base.xaxis,
      ...{ domain: [left, left + width], anchor: `y${axisId(i)}`, title: { text: "" } },
      ...panel.x,
    };
    axes[`yaxis${axisId(i)}`] = {
      ...base.yaxis,
      ...{ domain: [Math.max(0, top - panelHeight / inside), top], anchor: `x${axisId(i)}` },
      ...(column === 0 ? {} : { title: { text: "" }, showticklabels: false }),
    };
  });
  const data = panels.flatMap((panel, i) =>
    panel.data.map((trace) => ({ ...trace, xaxis: `x${axisId(i)}`, yaxis: `y${axisId(i)}` })),
  );
  const named = data.filter((trace) => "name" in trace && "showlegend" in trace && trace.showlegend).length;
  const below = BELOW + (legend === "below" ? LEGEND_LINE * Math.ceil(named / NAMES_IN_LINE) : 0);
  return {
    data,
    layout: {
      ...base,
      height: inside + ABOVE + below,
      margin: { ...base.margin, t: ABOVE, b: below },
      ...(legend === "above" ? { legend: { ...base.legend, y: 1 + 42 / inside } } : {}),
      ...(legend === "below" ? { legend: { ...base.legend, y: -BELOW / inside, yanchor: "top" } } : {}),
      ...axes,
      annotations: [...panels.map(panelTitle), commonTitle(base.xaxis)],
    },
  };
}

/** As plotly numbers axes: x, x2, x3 ... */
const axisId = (index: number): string => (index === 0 ? "" : String(index + 1));

const panelTitle = ({ title, note }: Panel, index: number): object => ({
  text: `<b>${text(title)}</b>${note === "" ? "" : `<br>${text(note)}`}`,
  ...{ xref: `x${axisId(index)} domain`, x: 0, xanchor: "left", align: "left" },
  ...{ yref: `y${axisId(index)} domain`, y: 1, yanchor: "bottom", yshift: 4 },
  ...{ showarrow: false, font: { size: 12 } },
});

const commonTitle = (axis: object): object => ({
  text: (axis as { title: { text: string } }).title.text,
  ...{ xref: "paper", x: 0.5, yref: "paper", y: 0, yanchor: "top", yshift: -32, showarrow: false, font: { size: 14 } },
});
