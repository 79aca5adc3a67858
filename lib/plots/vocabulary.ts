import { count, text } from "./labels.ts";
import { colour, figure, type Figure } from "./theme.ts";

export interface TokenCount {
  /** The token's text. */
  readonly token: string;
  readonly count: number;
}

/** Zipf plot: frequency against rank, both logarithmic; tokens that never occur are left out. */
export function vocabularyFigure(tokens: readonly TokenCount[]): Figure {
  const ranked = byFrequency(tokens);
  const total = ranked.reduce((sum, row) => sum + row.count, 0);
  const trace = {
    type: "scatter",
    mode: "markers",
    x: ranked.map((_, i) => i + 1),
    y: ranked.map((row) => row.count),
    text: ranked.map((row) => text(JSON.stringify(row.token))),
    marker: { color: colour(0), size: 5 },
    hovertemplate: "%{text}<br>rank %{x}, %{y:,} times<extra></extra>",
  };
  return figure([trace], {
    title: `Token frequency by rank (${count(ranked.length)} tokens used, n = ${count(total)})`,
    x: { title: "Rank", unit: "log scale", type: "log" },
    y: { title: "Occurrences", unit: "count, log scale", type: "log" },
  });
}

/** Share of all text that the k most frequent tokens cover. */
export function coverageFigure(tokens: readonly TokenCount[]): Figure {
  const ranked = byFrequency(tokens);
  const total = ranked.reduce((sum, row) => sum + row.count, 0);
  let covered = 0;
  const trace = {
    type: "scatter",
    mode: "lines",
    x: ranked.map((_, i) => i + 1),
    y: ranked.map((row) => (covered += row.count) / total),
    line: { color: colour(0), width: 2 },
    hovertemplate: "the %{x} most frequent tokens cover %{y:.1%}<extra></extra>",
  };
  return figure([trace], {
    title: `Coverage by the most frequent tokens (n = ${count(total)} tokens)`,
    x: { title: "Most frequent tokens", unit: "count" },
    y: { title: "Covered", unit: "% of tokens", tickformat: ".0%", range: [0, 1.02] },
  });
}

function byFrequency(tokens: readonly TokenCount[]): TokenCount[] {
  return tokens.filter((row) => row.count > 0).sort((a, b) => b.count - a.count || (a.token < b.token ? -1 : 1));
}
