import { escapeHtml } from "../../base/index.ts";
import { showBundle } from "./display.ts";

/** Rows as objects, as arrays under named columns, or anything with arquero's `objects()`. */
export type TableRows =
  | readonly object[]
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { objects(): object[] };

export interface TableOptions {
  /** Rows shown; the number of the others is told. Default 20. */
  readonly limit?: number;
  readonly caption?: string;
}

interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Shows a table. Columns are those of all rows, in order of first appearance; every cell's text is escaped. */
export function showTable(table: TableRows, options: TableOptions = {}): void {
  const grid = toGrid(table);
  const limit = options.limit ?? 20;
  showBundle({
    "text/html": tableHtml(grid, limit, options.caption),
    "text/plain": tableText(grid, limit, options.caption),
  });
}

export function toGrid(table: TableRows): Grid {
  if ("columns" in table) return table;
  const objects = "objects" in table && typeof table.objects === "function" ? table.objects() : table;
  const rows = objects as readonly Readonly<Record<string, unknown>>[];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, rows: rows.map((row) => columns.map((column) => row[column])) };
}

export function tableHtml(grid: Grid, limit: number, caption?: string): string {
  const numeric = numericColumns(grid);
  const cell = (tag: "th" | "td", text: string, column: number): string =>
    `<${tag} style="text-align:${numeric[column] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const head = grid.columns.map((name, column) => cell("th", name, column)).join("");
  const body = grid.rows
    .slice(0, limit)
    .map((row) => `<tr>${row.map((value, column) => cell("td", formatCell(value), column)).join("")}</tr>`)
    .join("\n");
  return [
    "<table>",
    ...(caption ? [`<caption style="text-align:left">${escapeHtml(caption)}</caption>`] : []),
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body}</tbody>`,
    "</table>",
    ...(grid.rows.length > limit ? [`<p><small>${remainder(grid, limit)}</small></p>`] : []),
  ].join("\n");
}

export function tableText(grid: Grid, limit: number, caption?: string): string {
  const numeric = numericColumns(grid);
  const texts = grid.rows.slice(0, limit).map((row) => row.map((value) => formatCell(value).replace(/\s+/g, " ")));
  const widths = grid.columns.map((name, i) => Math.max(name.length, ...texts.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => (numeric[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  return [
    ...(caption ? [caption] : []),
    line(grid.columns),
    line(widths.map((width) => "─".repeat(width))),
    ...texts.map(line),
    ...(grid.rows.length > limit ? [remainder(grid, limit)] : []),
  ].join("\n");
}

const remainder = (grid: Grid, limit: number): string =>
  `… ${grid.rows.length - limit} more of ${grid.rows.length} rows`;

function numericColumns(grid: Grid): boolean[] {
  return grid.columns.map((_, column) => {
    const present = grid.rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
    return present.length > 0 && present.every((value) => typeof value === "number" || typeof value === "bigint");
  });
}

/** Whole numbers in full, others with four digits; nothing for a missing value. */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
    return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6
      ? String(Number(value.toPrecision(4)))
      : value.toExponential(3);
  }
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value as bigint | boolean | symbol);
}
