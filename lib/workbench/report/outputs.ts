import { stripVTControlCharacters } from "node:util";
import { escapeHtml } from "../../base/index.ts";
import { joinLines, type Lines, type NotebookOutput } from "../notebook-file.ts";
import { renderMarkdown } from "./markdown.ts";
import { sanitizeHtml } from "./sanitize.ts";

const PLOTLY = "application/vnd.plotly.v1+json";

/** One output of a cell as HTML, in its richest safe form. Text of models and tools comes out escaped. */
export function outputHtml(output: NotebookOutput): string {
  if (output.output_type === "stream") {
    return box(`stream ${output.name === "stderr" ? "stderr" : ""}`.trim(), pre(joinLines(output.text)));
  }
  if (output.output_type === "error") {
    const lines = output.traceback.length > 0 ? output.traceback : [`${output.ename}: ${output.evalue}`];
    return box("error", pre(lines.join("\n")));
  }
  const { data } = output;
  const text = (type: string): string | undefined =>
    data[type] === undefined ? undefined : joinLines(data[type] as Lines);
  if (data[PLOTLY] !== undefined) return figureHtml(data[PLOTLY], text("text/plain") ?? "figure");
  const html = text("text/html");
  if (html !== undefined) return box("html", sanitizeHtml(html));
  const markdown = text("text/markdown");
  if (markdown !== undefined) return box("markdown", renderMarkdown(markdown, "output").html);
  return box("stream", pre(text("text/plain") ?? `[${Object.keys(data).join(", ")}]`));
}

/** A place for a figure, with the figure as data beside it; the page's script draws it. */
export function figureHtml(figure: unknown, description: string): string {
  return box(
    "figure",
    `<div class="plot" role="img" aria-label="${escapeHtml(description)}"></div>` +
      `<script type="application/json">${jsonInHtml(figure)}</script>`,
  );
}

/** JSON that cannot end the element it stands in. */
export const jsonInHtml = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const box = (kind: string, content: string): string => `<div class="output ${kind}">${content}</div>\n`;

const pre = (text: string): string => `<pre>${escapeHtml(stripVTControlCharacters(text))}</pre>`;
