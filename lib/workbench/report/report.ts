import * as path from "node:path";
import { escapeHtml, writeFileAtomic } from "../../base/index.ts";
import type { Figure } from "../notebook/index.ts";
import { tableHtml, toGrid, type TableRows } from "../notebook/table.ts";
import { joinLines, readNotebook, type NotebookFile } from "../notebook-file.ts";
import { renderMarkdown, type Heading } from "./markdown.ts";
import { notebookHtml } from "./notebook-html.ts";
import { figureHtml } from "./outputs.ts";
import { page } from "./page.ts";

/** A part of the summary, with which the report begins. */
export type SummaryBlock =
  | { readonly markdown: string }
  | { readonly table: TableRows; readonly caption?: string; readonly limit?: number }
  | { readonly figure: Figure; readonly description: string };

export interface ReportOptions {
  readonly title: string;
  readonly summary: readonly SummaryBlock[];
  /** Executed notebooks, in the order of reading. */
  readonly notebooks: readonly string[];
  /** Shown at the end as JSON: recipe, seeds, versions, hashes, whatever repeats the run. */
  readonly provenance: object;
  readonly out: string;
}

/** Writes the report. It is complete in itself and asks nothing of the network. */
export function buildReport({ title, summary, notebooks, provenance, out }: ReportOptions): void {
  const files = notebooks.map((file, index) => ({ file, id: `notebook-${index + 1}`, notebook: readNotebook(file) }));
  const anchors = new Map(files.map(({ file, id }) => [path.basename(file), id]));
  const parts = files.map(({ id, file, notebook }) => ({
    id,
    name: nameOf(notebook) ?? path.basename(file, ".ipynb"),
    ...notebookHtml(notebook, id, anchors),
  }));
  const body = [
    contents(parts),
    "<main>",
    `<h1>${escapeHtml(title)}</h1>`,
    `<section id="summary">${summary.map(blockHtml).join("\n")}</section>`,
    ...parts.map((part) => part.html),
    `<section id="provenance" class="notebook"><h2>Provenance</h2>`,
    `<pre>${escapeHtml(JSON.stringify(provenance, null, 2))}</pre></section>`,
    "</main>",
  ];
  writeFileAtomic(out, page(title, body.join("\n")));
}

function blockHtml(block: SummaryBlock): string {
  if ("markdown" in block) return `<div class="text">${renderMarkdown(block.markdown, "summary").html}</div>`;
  if ("figure" in block) return figureHtml(block.figure, block.description);
  return `<div class="output html">${tableHtml(toGrid(block.table), block.limit ?? 100, block.caption)}</div>`;
}

/** A notebook's own title: its first heading. */
function nameOf(notebook: NotebookFile): string | null {
  const text = notebook.cells.filter((cell) => cell.cell_type === "markdown").map((cell) => joinLines(cell.source));
  return /^# (.+)$/m.exec(text.join("\n"))?.[1] ?? null;
}

function contents(parts: readonly { id: string; name: string; headings: readonly Heading[] }[]): string {
  const item = (id: string, text: string, deep: boolean): string =>
    `<li${deep ? ' class="deep"' : ""}><a href="#${id}">${escapeHtml(text)}</a></li>`;
  return [
    `<nav aria-label="Contents"><div class="buttons"><button id="theme" type="button">Dark</button>`,
    `<button id="unfold" type="button">Show code</button></div><ol>`,
    item("summary", "Summary", false),
    ...parts.flatMap(({ id, name, headings }) => [
      item(id, name, false),
      ...headings.filter(({ level }) => level === 2).map((heading) => item(heading.id, heading.text, true)),
    ]),
    item("provenance", "Provenance", false),
    "</ol></nav>",
  ].join("\n");
}
