/** A plotly figure as plain JSON. Nothing here draws: a notebook or the report does. */
export interface Figure {
  readonly data: object[];
  readonly layout: object;
}

/**
 * Six line and bar colours. Each has a contrast of 3:1 or more on white and on #111, so one figure serves light and
 * dark pages; each pair stays apart (OKLab distance ≥ 0.12) with red- or green-blind eyes.
 */
export const PALETTE = ["#1697fe", "#ff5f11", "#7732e6", "#036a85", "#9b4a00", "#8d9781"] as const;

const TEXT = "#767676"; // at least 4:1 on white and on #111
const GRID = "rgba(127, 127, 127, 0.25)";

/** Colour of the `index`-th arm; starts again after the last. */
export const colour = (index: number): string => PALETTE[index % PALETTE.length];

const SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross", "x"] as const;
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"] as const;

/** Marker shape and line pattern repeat what the colour says, for print and for colour-blind readers. */
export const symbol = (index: number): string => SYMBOLS[index % SYMBOLS.length];
export const dash = (index: number): string => DASHES[index % DASHES.length];

/** The colour with an opacity, as plotly's `rgba(r, g, b, a)`. */
export function transparent(hex: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

export interface Axis {
  readonly title: string;
  /** Shown in brackets behind the title. */
  readonly unit?: string;
  /** Further plotly settings: `type`, `range`, `tickformat`, ... */
  readonly [setting: string]: unknown;
}

export interface FigureOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** A second y axis on the right, for traces with `yaxis: "y2"`. */
  readonly y2?: Axis;
  /** Whether to name the traces; by default where there are several. */
  readonly legend?: boolean;
  /** Further plotly layout settings, such as `barmode`. */
  readonly layout?: object;
}

/** Puts traces under the common theme: transparent, titled axes, legend above the plot where there are several traces. */
export function figure(data: object[], options: FigureOptions): Figure {
  const { title, x, y, y2, legend = data.length > 1, layout } = options;
  return {
    data,
    layout: {
      title: { text: title, x: 0, xref: "paper", y: 0.98, yref: "container", yanchor: "top", font: { size: 16 } },
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      font: { color: TEXT, size: 13, family: "system-ui, sans-serif" },
      colorway: [...PALETTE],
      margin: { l: 70, r: y2 === undefined ? 20 : 70, t: 80, b: 60 },
      height: 420,
      hovermode: "closest",
      showlegend: legend,
      ...(legend ? { legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" } } : {}),
      xaxis: axis(x),
      yaxis: axis(y),
      ...(y2 === undefined ? {} : { yaxis2: axis({ ...y2, overlaying: "y", side: "right", showgrid: false }) }),
      ...layout,
    },
  };
}

function axis({ title, unit, ...settings }: Axis): object {
  return {
    title: { text: unit === undefined ? title : `${title} (${unit})`, standoff: 12 },
    ...(settings.showgrid === false ? {} : { gridcolor: GRID }),
    linecolor: GRID,
    zeroline: false,
    automargin: true,
    ...settings,
  };
}
