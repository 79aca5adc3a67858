import type { LensRow } from "../evaluation/index.ts";
import { count, distinct, text } from "./labels.ts";
import { panelFigure, type Panel } from "./panels.ts";
import { colour, dash, symbol, transparent, type Figure } from "./theme.ts";

/** What is compared: the same moment where the student should speak of its situation, and where it should not. */
const SHOWN = [
  { moment: "first token", situation: "knowledgeable", title: "Knowledge was needed" },
  { moment: "first token", situation: "fast", title: "Acted at once" },
  { moment: "after the action", situation: "slow", title: "Thought again" },
  { moment: "after the action", situation: "fast", title: "Stood by the action" },
] as const satisfies readonly (Pick<LensRow, "moment" | "situation"> & { title: string })[];

const NAMES: Readonly<Record<LensRow["token"], string>> = {
  "[Knowledge]": "[Knowledge]",
  "[Reflection]": "[Reflection]",
  ordinary: "ordinary token (thought, or end of turn)",
};

/** Mean probability of the situation tokens after each layer, with bands for the 95 % intervals. Takes `lensRows`. */
export function lensFigure(rows: readonly LensRow[], title = "Logit lens of the situation tokens"): Figure {
  const tokens = Object.keys(NAMES) as LensRow["token"][];
  const named = new Set<string>();
  const panels = SHOWN.flatMap(({ moment, situation, title }): Panel[] => {
    const own = rows.filter((row) => row.moment === moment && row.situation === situation);
    if (own.length === 0) return [];
    const data = tokens.flatMap((token, i) => {
      const line = own.filter((row) => row.token === token).sort((a, b) => a.layer - b.layer);
      if (line.length === 0) return [];
      const showlegend = !named.has(token);
      named.add(token);
      return tokenLine(line, i, showlegend);
    });
    return [{ title, note: `${moment}, n = ${count(own[0].n)} turns`, data }];
  });
  const layers = distinct(rows.map(({ layer }) => layer)).sort((a, b) => a - b);
  return panelFigure(panels, {
    title,
    x: { title: "After layer", tickvals: layers, range: [Math.min(...layers) - 0.2, Math.max(...layers) + 0.2] },
    y: { title: "Mean probability", unit: "95 % interval", range: [-0.03, 1.03] },
    panelHeight: 240,
  });
}

function tokenLine(line: readonly LensRow[], index: number, showlegend: boolean): object[] {
  const x = line.map(({ layer }) => layer);
  const [{ token }] = line;
  const common = { type: "scatter", legendgroup: token };
  return [
    {
      ...{ ...common, mode: "lines", x: [...x, ...[...x].reverse()], fill: "toself", line: { width: 0 } },
      y: [...line.map(({ high }) => high), ...line.map(({ low }) => low).reverse()],
      ...{ fillcolor: transparent(colour(index), 0.18), hoverinfo: "skip", showlegend: false },
    },
    {
      ...{ ...common, mode: "lines+markers", name: text(NAMES[token]), showlegend, x },
      y: line.map(({ value }) => value),
      customdata: line.map(({ low, high }) => [low, high]),
      line: { color: colour(index), dash: dash(index), width: 2 },
      marker: { color: colour(index), symbol: symbol(index), size: 7 },
      hovertemplate: `layer %{x}: %{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra>${text(token)}</extra>`,
    },
  ];
}
