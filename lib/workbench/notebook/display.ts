import { randomUUID } from "node:crypto";

/** MIME type → value: what one output of a cell holds. Front ends show the richest type that they know. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A plotly figure as plain JSON. */
export interface Figure {
  readonly data: readonly object[];
  readonly layout: object;
  readonly config?: object;
}

interface DisplayContent {
  readonly data: MimeBundle;
  readonly transient?: { readonly display_id: string };
}
type Publish = (content: DisplayContent, update: boolean) => void;

/** How the kernel (kernel/jupyter/kernels/tslab) takes a cell's displays; undefined outside of a notebook. */
function kernel(): Publish | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for("waymark.display")] as Publish | undefined;
}

export const insideNotebook = (): boolean => kernel() !== undefined;

/** Shows a bundle, which must hold `text/plain`: that is what a program outside of a notebook prints. */
export function showBundle(data: MimeBundle & { readonly "text/plain": string }): void {
  const publish = kernel();
  if (publish) publish({ data }, false);
  else process.stdout.write(data["text/plain"] + "\n");
}

/** An output that is shown once and then replaced in place. Only inside a notebook. */
export function showUpdatable(id: string, data: MimeBundle, update: boolean): void {
  kernel()?.({ data, transient: { display_id: id } }, update);
}

/** Readable on white and on dark ground, which notebooks and the report both have. */
const NEUTRAL = { color: "#7a828e", grid: "rgba(128,136,150,0.25)", ground: "rgba(0,0,0,0)" };

/** Draws a plotly figure. Its ground is transparent and its text neutral, so that it fits light and dark themes. */
export function showFigure(figure: Figure): void {
  showBundle(figureBundle(figure));
}

export interface LiveFigure {
  /** Draws the figure in the place of the last one; more often than every `interval` it is not drawn. */
  update(figure: () => Figure): void;
  /** Draws the figure once more, for good. */
  close(figure: Figure): void;
}

/**
 * A figure that grows while the work goes on, such as a loss curve. Outside of a notebook only the last state is shown.
 * `interval` in milliseconds: drawing takes the browser a moment.
 */
export function liveFigure(interval = 3000, now: () => number = () => performance.now()): LiveFigure {
  const id = randomUUID();
  let drawn = -Infinity;
  let shown = false;
  const draw = (figure: Figure): void => {
    // plotly's renderer for JupyterLab draws only once; after an output of another kind it is made anew.
    if (shown) showUpdatable(id, emptyBundle(figure), true);
    showUpdatable(id, figureBundle(figure), shown);
    shown = true;
  };
  return {
    update: (figure) => {
      if (!insideNotebook() || now() - drawn < interval) return;
      drawn = now();
      draw(figure());
    },
    close: (figure) => {
      if (insideNotebook()) draw(figure);
      else showFigure(figure);
    },
  };
}

/** As high as the figure, so that what stands below stays where it is. */
function emptyBundle({ layout }: Figure): MimeBundle {
  const { height = 450 } = layout as { height?: number };
  return { "text/html": `<div style="height: ${height}px"></div>`, "text/plain": "" };
}

function figureBundle(figure: Figure): MimeBundle & { readonly "text/plain": string } {
  const layout = {
    paper_bgcolor: NEUTRAL.ground,
    plot_bgcolor: NEUTRAL.ground,
    modebar: { bgcolor: NEUTRAL.ground, color: NEUTRAL.grid, activecolor: NEUTRAL.color },
    ...figure.layout,
    font: { color: NEUTRAL.color, ...((figure.layout as { font?: object }).font ?? {}) },
  };
  // plotly's own button would offer to send the data away.
  const config = {
    responsive: true,
    displaylogo: false,
    ...figure.config,
    showSendToCloud: false,
    plotlyServerURL: "",
  };
  return {
    "application/vnd.plotly.v1+json": { data: figure.data, layout: withGrid(layout), config },
    "text/plain": describeFigure(figure),
  };
}

/** Every axis gets a faint grid; plotly's own is white on its grey ground and vanishes without it. */
function withGrid(layout: Record<string, unknown>): object {
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
  const styled = new Set([...axes, "xaxis", "yaxis"]);
  const lines = { gridcolor: NEUTRAL.grid, zerolinecolor: NEUTRAL.grid };
  return { ...layout, ...Object.fromEntries([...styled].map((key) => [key, { ...lines, ...(layout[key] ?? {}) }])) };
}

function describeFigure(figure: Figure): string {
  const { title } = figure.layout as { title?: string | { text?: string } };
  const text = (typeof title === "string" ? title : title?.text) ?? "untitled";
  const traces = figure.data.map((trace) => {
    const { name, type } = trace as { name?: string; type?: string };
    return name ?? type ?? "scatter";
  });
  return `[figure: ${text.replace(/<[^>]*>/g, " ")} (${[...new Set(traces)].join(", ")})]`;
}

/** Shows HTML. The caller escapes what comes from models, tools or files with `escapeHtml`. */
export function showHtml(html: string, plain: string): void {
  showBundle({ "text/html": html, "text/plain": plain });
}

export function showMarkdown(markdown: string): void {
  showBundle({ "text/markdown": markdown, "text/plain": markdown });
}
