import { count } from "./labels.ts";
import { colour, figure, type Axis, type Figure } from "./theme.ts";

/** The figures of one training step that the loss curve shows. */
export interface TrainingPoint {
  /** Tokens trained on so far. */
  readonly tokens: number;
  /** Weighted mean loss of the batch, nats a token. */
  readonly loss: number;
  /** Mean loss of the action tokens alone. */
  readonly actionLoss?: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
}

const MAXIMUM_POINTS = 400;

/** Loss and learning rate over training, thinned by averaging neighbours where there are more than 400 steps. */
export function lossFigure(points: readonly TrainingPoint[], title = "Training loss"): Figure {
  const shown = thin(points);
  const x = shown.map(({ tokens }) => tokens);
  const line = (name: string, index: number, y: readonly (number | undefined)[]): object => ({
    type: "scatter",
    mode: "lines",
    name,
    x,
    y,
    line: { color: colour(index), width: 2 },
    hovertemplate: `%{x:,} tokens<br>${name} %{y:.4f}<extra></extra>`,
  });
  const actionLosses = shown.map(({ actionLoss }) => actionLoss);
  const traces = [
    line(
      "loss, all tokens",
      0,
      shown.map(({ loss }) => loss),
    ),
    ...(actionLosses.some((loss) => loss !== undefined) ? [line("loss, action tokens", 1, actionLosses)] : []),
    {
      type: "scatter",
      mode: "lines",
      name: "learning rate",
      x,
      y: shown.map(({ learningRate }) => learningRate),
      yaxis: "y2",
      line: { color: colour(5), width: 1, dash: "dot" },
      hovertemplate: "%{x:,} tokens<br>learning rate %{y:.2e}<extra></extra>",
    },
  ];
  return figure(traces, {
    title: `${title} (n = ${count(points.length)} steps)`,
    x: { title: "Trained on", unit: "tokens" },
    y: { title: "Loss", unit: "nats a token, log scale", type: "log" },
    y2: { title: "Learning rate", unit: "a step", rangemode: "tozero", tickformat: ".1e", tickmode: "auto", nticks: 6 },
  });
}

/** The learning rate over training: warm-up and decay. */
export function learningRateFigure(points: readonly TrainingPoint[]): Figure {
  const y = { title: "Learning rate", unit: "a step", rangemode: "tozero", tickformat: ".1e" };
  return lineFigure(points, "learningRate", { title: "Learning rate", y, format: ".2e" });
}

/** How fast training went; the first step is slower, since the engine prepares its kernels. */
export function throughputFigure(points: readonly TrainingPoint[]): Figure {
  const y = { title: "Throughput", unit: "tokens/s", rangemode: "tozero" };
  return lineFigure(points, "tokensPerSecond", { title: "Training speed", y, format: ",.0f" });
}

interface LineOptions {
  readonly title: string;
  readonly y: Axis;
  readonly format: string;
}

function lineFigure(
  points: readonly TrainingPoint[],
  key: "learningRate" | "tokensPerSecond",
  { title, y, format }: LineOptions,
): Figure {
  const shown = thin(points);
  const trace = {
    type: "scatter",
    mode: "lines",
    x: shown.map(({ tokens }) => tokens),
    y: shown.map((point) => point[key]),
    line: { color: colour(0), width: 2 },
    hovertemplate: `%{x:,} tokens<br>%{y:${format}} ${y.unit}<extra></extra>`,
  };
  const x = { title: "Trained on", unit: "tokens" };
  return figure([trace], { title: `${title} (n = ${count(points.length)} steps)`, x, y });
}

function thin(points: readonly TrainingPoint[]): TrainingPoint[] {
  const size = Math.ceil(points.length / MAXIMUM_POINTS);
  if (size <= 1) return [...points];
  const chunks = Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    points.slice(i * size, (i + 1) * size),
  );
  return chunks.map((chunk) => {
    const actionLosses = chunk.flatMap(({ actionLoss }) => (actionLoss === undefined ? [] : [actionLoss]));
    return {
      tokens: chunk[chunk.length - 1].tokens,
      learningRate: chunk[chunk.length - 1].learningRate,
      loss: mean(chunk.map(({ loss }) => loss)),
      tokensPerSecond: mean(chunk.map(({ tokensPerSecond }) => tokensPerSecond)),
      ...(actionLosses.length > 0 ? { actionLoss: mean(actionLosses) } : {}),
    };
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
