import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { joinLines, type NotebookCell, type NotebookFile } from "../notebook-file.ts";
import { renderMarkdown, type Heading } from "./markdown.ts";
import { outputHtml } from "./outputs.ts";

hljs.registerLanguage("typescript", typescript);

/** An executed notebook as one section: its text, its code folded away, its outputs. `id` starts all its anchors. */
export function notebookHtml(
  notebook: NotebookFile,
  id: string,
  anchors: ReadonlyMap<string, string>,
): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type === "code") return codeCell(cell);
    const rendered = renderMarkdown(joinLines(cell.source), id, anchors);
    headings.push(...rendered.headings);
    return `<div class="text">${rendered.html}</div>\n`;
  });
  return { html: `<section id="${id}" class="notebook">\n${cells.join("")}</section>\n`, headings };
}

function codeCell(cell: NotebookCell): string {
  const source = joinLines(cell.source);
  if (source.trim() === "") return "";
  const name = cell.metadata.tags?.includes("injected-parameters") ? "Parameters of this run" : "Code";
  const code = hljs.highlight(source, { language: "typescript" }).value; // escapes the text
  return (
    `<details class="code"><summary>${name}</summary><pre><code>${code}</code></pre></details>\n` +
    (cell.outputs ?? []).map(outputHtml).join("")
  );
}
