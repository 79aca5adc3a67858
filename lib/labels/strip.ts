import { escapeHtml } from "../base/index.ts";
import { SOURCES } from "../trajectory/index.ts";
import { SOURCE_COLOURS } from "./source-colours.ts";
import type { LabelledExample } from "./examples.ts";
import type { Tokenizer } from "./tokenizer/index.ts";

const STYLE = [
  ".token-strip{font-family:ui-monospace,monospace;font-size:.85em;line-height:1.9;white-space:pre-wrap;overflow-wrap:anywhere}",
  ".token-strip span{border-radius:3px;padding:.15em 0;margin-right:1px;color:inherit;border-bottom:2px solid transparent}",
  ".token-strip figcaption{font-family:inherit;margin-bottom:.4em}",
  ".token-strip figcaption span{padding:.15em .5em;margin-right:.5em}",
  // Weight 0 is a faint dotted line, a small weight a light ground, the full weight a strong ground and a solid line.
  ...SOURCES.flatMap((source) => [
    `.token-strip .${source}{border-bottom:2px dotted ${SOURCE_COLOURS[source]}}`,
    `.token-strip .${source}.some{background:color-mix(in srgb,${SOURCE_COLOURS[source]} 22%,transparent);border-bottom-color:transparent}`,
    `.token-strip .${source}.full{background:color-mix(in srgb,${SOURCE_COLOURS[source]} 48%,transparent);border-bottom-style:solid}`,
  ]),
].join("\n");

/**
 * The tokens of an example side by side as HTML: coloured by source, stronger where the weight is higher; id, source and
 * weight as the title of each. Everything from the texts is escaped.
 */
export function tokenStripHtml(example: LabelledExample, tokenizer: Tokenizer): string {
  const highest = Math.max(...example.weights);
  const used = new Set(example.sources);
  const legend = SOURCES.filter((_, index) => used.has(index)).map(
    (source) => `<span class="${source} some">${source}</span>`,
  );
  const tokens = example.ids.map((id, t) => {
    const source = SOURCES[example.sources[t]];
    const weight = example.weights[t];
    const strength = weight <= 0 ? "" : weight < highest ? " some" : " full";
    const text = escapeHtml(visible(tokenizer.tokenText(id)));
    return `<span class="${source}${strength}" title="id ${id}, ${source}, weight ${weight}">${text}</span>`;
  });
  const summary = `${example.ids.length} tokens of ${example.id}, ${example.weights.filter((w) => w > 0).length} with a weight in the loss`;
  return [
    `<style>${STYLE}</style>`,
    `<figure class="token-strip" aria-label="${escapeHtml(summary)}"><figcaption>`,
    `${legend.join("")} <small>dotted: weight 0, light: small weight, strong: weight ${highest}</small></figcaption>`,
    `<div>${tokens.join("")}</div></figure>`,
  ].join("");
}

/** The same as plain text: one line for each run of tokens with one source and weight. */
export function tokenStripText(example: LabelledExample, tokenizer: Tokenizer): string {
  const lines: string[] = [];
  for (let start = 0; start < example.ids.length;) {
    let end = start + 1;
    const same = (t: number): boolean =>
      example.sources[t] === example.sources[start] && example.weights[t] === example.weights[start];
    while (end < example.ids.length && same(end)) end++;
    const text = example.ids.slice(start, end).map((id) => visible(tokenizer.tokenText(id)));
    const source = SOURCES[example.sources[start]].padEnd(11);
    lines.push(`${source} ${String(example.weights[start]).padEnd(4)} ${text.join("|")}`);
    start = end;
  }
  return lines.join("\n");
}

/** Line breaks and tabs as signs; other control characters, which HTML does not allow, as U+FFFD. */
const visible = (text: string): string =>
  text
    .replace(/\n/g, "↵")
    .replace(/\t/g, "⇥")
    .replace(/\p{Cc}/gu, "\ufffd");
