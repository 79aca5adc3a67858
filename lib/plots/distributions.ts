import { count, text } from "./labels.ts";
import { colour, dash, figure, transparent, type Axis, type Figure } from "./theme.ts";

/** Values of one population, such as the episode lengths of generated games. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
}

export interface HistogramOptions {
  readonly title: string;
  readonly x: Axis;
  /** Width of a bin; bins are [k · width, (k + 1) · width). 1 for whole numbers. */
  readonly binWidth?: number;
}

/**
 * Histograms, each normalised to the share of its own sample, so that samples of different size compare (generated
 * against real games). One sample is drawn as bars, several as outlines over each other. Counted here: the figure holds
 * bins, not values.
 */
export function distributionFigure(samples: readonly Sample[], { title, x, binWidth = 1 }: HistogramOptions): Figure {
  const drawn = samples.length === 1 ? bars(binWidth) : outline;
  const traces = samples.map(({ name, values }, i) => {
    const bins = countBins(values, binWidth);
    return {
      name: `${text(name)} (n = ${count(values.length)})`,
      x: bins.map(({ bin }) => (binWidth === 1 ? bin : (bin + 0.5) * binWidth)),
      y: bins.map(({ n }) => n / values.length),
      customdata: bins.map(({ n }) => n),
      hovertemplate: `${text(x.title)} %{x}<br>%{y:.1%} (%{customdata})<extra>${text(name)}</extra>`,
      ...drawn(i),
    };
  });
  const y = { title: "Share of the sample", tickformat: ".1~%", rangemode: "tozero" };
  return figure(traces, { title, x, y });
}

const bars = (width: number) => (index: number) => ({ type: "bar", width, marker: { color: colour(index) } });

const outline = (index: number): object => ({
  type: "scatter",
  mode: "lines",
  line: { shape: "hvh", color: colour(index), dash: dash(index), width: 2 },
  fill: "tozeroy",
  fillcolor: transparent(colour(index), 0.12),
});

/** Counts of all bins from one below the least value to one above the greatest, so that an outline ends at 0. */
function countBins(values: readonly number[], width: number): { bin: number; n: number }[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(value / width);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const first = Math.min(...counts.keys()) - 1;
  const last = Math.max(...counts.keys()) + 1;
  return Array.from({ length: last - first + 1 }, (_, i) => ({ bin: first + i, n: counts.get(first + i) ?? 0 }));
}

/** How many steps episodes take. */
export const episodeLengthFigure = (samples: readonly Sample[]): Figure =>
  distributionFigure(samples, { title: "Length of episodes", x: { title: "Episode length", unit: "steps" } });

/** How many receptacles are looked at until the wanted object is seen; episodes that never see it are left out. */
export function searchDepthFigure(
  rows: readonly { readonly name: string; readonly searchDepth: number | null }[],
): Figure {
  const samples = new Map<string, number[]>();
  for (const { name, searchDepth } of rows) {
    const values = samples.get(name) ?? samples.set(name, []).get(name)!;
    if (searchDepth !== null) values.push(searchDepth);
  }
  return distributionFigure(
    [...samples].map(([name, values]) => ({ name, values })),
    {
      title: "Search depth: receptacles looked at until the object is seen",
      x: { title: "Receptacles looked at", unit: "count" },
    },
  );
}
