import { SOURCE_COLOURS } from "../labels/index.ts";
import { SOURCES } from "../trajectory/index.ts";
import { count, text } from "./labels.ts";
import { colour, dash, figure, type Axis, type Figure } from "./theme.ts";

/** One token of an episode and what the model loses on it. */
export interface TokenLoss {
  readonly text: string;
  readonly source: string;
  /** Weight in training; below 1 the token is context. */
  readonly weight: number;
  /** Nats. */
  readonly loss: number;
}

/** The loss of each token of an episode, coloured by source; tokens that are hardly or not trained on are pale. */
export function tokenLossFigure(tokens: readonly TokenLoss[], title = "Loss of each token"): Figure {
  const traces = SOURCES.flatMap((source) => {
    const own = tokens.flatMap((token, i) => (token.source === source ? [{ ...token, place: i + 1 }] : []));
    if (own.length === 0) return [];
    return {
      type: "bar",
      name: source,
      x: own.map(({ place }) => place),
      y: own.map(({ loss }) => loss),
      text: own.map((token) => text(JSON.stringify(token.text))),
      textposition: "none",
      customdata: own.map(({ weight }) => weight),
      marker: { color: SOURCE_COLOURS[source], opacity: own.map(({ weight }) => (weight === 1 ? 1 : 0.35)) },
      hovertemplate: "%{text}<br>%{y:.3f} nats, weight %{customdata}<extra></extra>",
    };
  });
  return figure(traces, {
    title: `${title} (n = ${count(tokens.length)} tokens)`,
    x: { title: "Place in the episode", unit: "tokens" },
    y: { title: "Loss", unit: "nats" },
    layout: { barmode: "overlay" },
  });
}

/** A run's figures, step by step. */
export interface MetricSeries {
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly [figure: string]: number }[];
}

/** One figure of training, such as `rewards/margins`, of several runs side by side. */
export function metricFigure(series: readonly MetricSeries[], metric: string, title: string, y: Axis): Figure {
  const traces = series.map(({ name, points }, i) => ({
    type: "scatter",
    mode: "lines",
    name: text(name),
    x: points.map(({ step }) => step),
    y: points.map((point) => point[metric]),
    line: { color: colour(i), dash: dash(i), width: 2 },
    hovertemplate: `step %{x}<br>${text(name)} %{y:.4f}<extra></extra>`,
  }));
  return figure(traces, { title, x: { title: "Step", unit: "count" }, y });
}
