import { count, distinct, text } from "./labels.ts";
import { colour, figure, type Figure } from "./theme.ts";

/** A place of an answer that was held to a grammar. */
export interface MaskedPlace {
  readonly chosenText: string;
  /** All tokens that could have come, the chosen one among them. */
  readonly allowedTexts: readonly string[];
}

const NONE = "rgba(127, 127, 127, 0.08)";
/** Tokens that a grid has a line for. */
const LINES = 36;

/** Blanks and line breaks are seen, and what stands below an axis is short. */
const shown = (token: string): string => text(token.replaceAll(" ", "␣").replaceAll("\n", "↵"));
const short = (token: string): string => shown(token.length <= 12 ? token : `${token.slice(0, 11)}…`);

const placeAxis = (places: readonly MaskedPlace[]): object => ({
  tickvals: places.map((_, i) => i),
  ticktext: places.map(({ chosenText }) => short(chosenText)),
  tickangle: -45,
  showgrid: false,
});

/**
 * The mask of a short answer: a column a place, a line a token; what may come, and what came. Tokens that may come nowhere
 * are left out, and of more than 36 those that came stay.
 */
export function maskGridFigure(places: readonly MaskedPlace[], vocabulary: number, title = "The mask"): Figure {
  const came = distinct(places.map(({ chosenText }) => chosenText));
  const all = distinct(places.flatMap(({ chosenText, allowedTexts }) => [chosenText, ...allowedTexts]));
  const kept = new Set(distinct([...came, ...all]).slice(0, Math.max(LINES, came.length)));
  const tokens = all.length <= LINES ? all : all.filter((token) => kept.has(token));
  const cell = ({ chosenText, allowedTexts }: MaskedPlace, token: string): number =>
    token === chosenText ? 2 : allowedTexts.includes(token) ? 1 : 0;
  const heat = {
    ...{ type: "heatmap", x: places.map((_, i) => i), y: tokens.map((_, i) => i), zmin: 0, zmax: 2, xgap: 2, ygap: 2 },
    z: tokens.map((token) => places.map((place) => cell(place, token))),
    text: tokens.map((token) => places.map((place) => [`${shown(token)}: masked`, `${shown(token)}: allowed`, `${shown(token)}: came`][cell(place, token)])), // prettier-ignore
    colorscale: [[0, NONE], [0.33, NONE], [0.33, `${colour(0)}66`], [0.67, `${colour(0)}66`], [0.67, colour(1)], [1, colour(1)]], // prettier-ignore
    ...{ showscale: false, hovertemplate: "%{text}<extra></extra>" },
  };
  const legend = (name: string, color: string): object => ({
    ...{ type: "scatter", mode: "markers", name, x: [null], y: [null], marker: { color, symbol: "square", size: 12 } },
  });
  const left = all.length > tokens.length ? `, ${count(tokens.length)} of the ${count(all.length)} allowed ones` : "";
  const data = [heat, legend("came", colour(1)), legend("could have come", `${colour(0)}66`), legend("masked", NONE)];
  return figure(data, {
    title: `${title} (${count(vocabulary)} tokens in the vocabulary${left})`,
    x: { title: "Answer, token by token", ...placeAxis(places) },
    y: {
      ...{ title: "Token", tickvals: tokens.map((_, i) => i), ticktext: tokens.map(shown), showgrid: false },
      ...{ range: [tokens.length - 0.5, -0.5], tickfont: { size: 11 } },
    },
    legend: true,
    layout: { height: 190 + 19 * tokens.length },
  });
}

/** How many tokens may come at each place of an answer: one where the grammar leaves no choice, nearly all in a text. */
export function maskSizeFigure(places: readonly MaskedPlace[], vocabulary: number, title = "Choices"): Figure {
  const sizes = places.map(({ allowedTexts }) => allowedTexts.length);
  const bars = {
    ...{ type: "bar", x: places.map((_, i) => i), y: sizes, marker: { color: colour(0) } },
    text: places.map(({ chosenText }) => shown(chosenText)),
    ...{ textposition: "none", hovertemplate: "%{y:,} tokens could come; came: %{text}<extra></extra>" },
  };
  const forced = sizes.filter((size) => size === 1).length;
  return figure([bars], {
    title: `${title}: ${count(forced)} of ${count(places.length)} tokens had to come (${count(vocabulary)} in the vocabulary)`, // prettier-ignore
    x: { title: "Answer, token by token", ...placeAxis(places) },
    y: { title: "Allowed", unit: "tokens, log scale", type: "log", dtick: 1 },
  });
}
