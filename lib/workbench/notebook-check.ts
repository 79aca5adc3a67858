/**
 * Committed notebooks are clean, so that they can be read, compared and run anywhere.
 * `npx tsx lib/workbench/notebook-check.ts [--fix] [folder]` checks all below a folder (default: notebooks/).
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../base/index.ts";
import { joinLines, readNotebook, type NotebookCell, type NotebookFile } from "./notebook-file.ts";
import { projectRoot } from "./project.ts";

export interface Problem {
  readonly file: string;
  /** Counted from 1, Markdown cells included; null for the whole file. */
  readonly cell: number | null;
  readonly message: string;
}

/** Twelve lines are the limit; a notebook calls, the library implements. */
const MAX_CODE_LINES = 12;
const KERNEL = { name: "tslab", display_name: "TypeScript (tslab)", language: "typescript" } as const;
const ABSOLUTE_PATH = /(?:^|["'`\s(=])(?:\/(?:home|root|Users|tmp|work|opt|mnt|var|usr|data)\/|[A-Za-z]:\\\\?\w)/m;

/** All problems of the notebooks below `folder`; empty where all are clean. */
export function checkNotebooks(folder: string): Problem[] {
  return notebooksBelow(folder).flatMap((file) => {
    try {
      return checkNotebook(readNotebook(file), file);
    } catch (error) {
      return [{ file, cell: null, message: (error as Error).message }];
    }
  });
}

export function checkNotebook(notebook: NotebookFile, file: string): Problem[] {
  const problems: Problem[] = [];
  const report = (cell: number | null, message: string): void => void problems.push({ file, cell, message });
  if (notebook.nbformat_minor < 5) report(null, `nbformat 4.${notebook.nbformat_minor}; cell ids need 4.5`);
  if (notebook.metadata.kernelspec?.name !== KERNEL.name) report(null, `its kernel is not ${KERNEL.name}`);
  const ids = new Set<string>();
  notebook.cells.forEach((cell, index) => {
    const number = index + 1;
    if (!cell.id || !/^[\w-]{1,64}$/.test(cell.id)) report(number, "has no valid id");
    else if (ids.has(cell.id)) report(number, `shares the id ${cell.id} with another cell`);
    else ids.add(cell.id);
    const source = joinLines(cell.source);
    if (ABSOLUTE_PATH.test(source)) report(number, "names an absolute path");
    if (cell.cell_type !== "code") return;
    if (cell.outputs?.length) report(number, "has outputs");
    if (cell.execution_count !== null && cell.execution_count !== undefined) report(number, "has an execution count");
    const lines = source.trimEnd().split("\n").length;
    if (lines > MAX_CODE_LINES) report(number, `has ${lines} lines of code, more than ${MAX_CODE_LINES}`);
    const before = notebook.cells[index - 1] as NotebookCell | undefined;
    if (before?.cell_type !== "markdown" && !before?.metadata.tags?.includes("parameters")) {
      report(number, "has no sentence before it that says what it is for");
    }
  });
  return problems;
}

/** The notebook without outputs, counts and editors' metadata, with our kernel and an id for every cell. */
export function cleanNotebook(notebook: NotebookFile): NotebookFile {
  const used = new Set<string>();
  return {
    cells: notebook.cells.map((cell, index) => {
      const source = joinLines(cell.source).trimEnd();
      const valid = cell.id !== undefined && /^[\w-]{1,64}$/.test(cell.id) && !used.has(cell.id);
      const id = valid ? cell.id! : createHash("sha256").update(`${index} ${source}`).digest("hex").slice(0, 8);
      used.add(id);
      const { tags } = cell.metadata;
      const common = { id, metadata: tags?.length ? { tags } : {}, source: source.split(/(?<=\n)/) };
      return cell.cell_type === "code"
        ? { cell_type: "code" as const, execution_count: null, outputs: [], ...common }
        : { cell_type: cell.cell_type, ...common };
    }),
    metadata: { kernelspec: KERNEL, language_info: { name: "typescript", file_extension: ".ts" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** As Jupyter writes notebooks (indent 1), so that saving in JupyterLab changes no other line. */
export const notebookText = (notebook: NotebookFile): string => JSON.stringify(notebook, null, 1) + "\n";

function notebooksBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .sort()
    .map((name) => path.join(folder, name));
}

function main(args: readonly string[]): void {
  const folder = args.find((argument) => !argument.startsWith("--")) ?? path.join(projectRoot, "notebooks");
  if (args.includes("--fix")) {
    for (const file of notebooksBelow(folder)) {
      const text = notebookText(cleanNotebook(readNotebook(file)));
      if (text !== fs.readFileSync(file, "utf8")) writeFileAtomic(file, text);
    }
  }
  const problems = checkNotebooks(folder);
  for (const { file, cell, message } of problems) {
    console.error(`${path.relative(process.cwd(), file)}${cell === null ? "" : `, cell ${cell}`}: ${message}`);
  }
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${notebooksBelow(folder).length} notebooks are clean`);
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
