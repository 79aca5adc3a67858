import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readJson, writeJson } from "../../base/index.ts";
import { projectRoot } from "../project.ts";
import { runNotebook, type NotebookJob, type NotebookResult } from "../runner/runner.ts";

export interface Output {
  readonly output_type: "stream" | "display_data" | "error";
  readonly name?: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** A code cell of a test: `fails` cells may throw without ending the run, `tags` are Jupyter's. */
export interface TestCell {
  readonly source: string;
  readonly fails?: boolean;
  readonly tags?: readonly string[];
}

/** A new folder for a test's notebooks, and how cells in it spell the way to lib/. */
export function notebookFolder(): { folder: string; lib: string } {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "waymark-notebooks-"));
  return { folder, lib: path.relative(folder, path.join(projectRoot, "lib")).split(path.sep).join("/") };
}

export function writeNotebook(file: string, cells: readonly TestCell[]): void {
  writeJson(file, {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript (tslab)", language: "typescript" } },
    cells: cells.map(({ source, fails, tags = [] }, index) => ({
      id: `cell-${index}`,
      cell_type: "code",
      metadata: { tags: [...tags, ...(fails ? ["raises-exception"] : [])] },
      execution_count: null,
      outputs: [],
      source: source.split(/(?<=\n)/),
    })),
  });
}

/** Executes cells in a real kernel. `outputs[i]` are those of cell i, as they stand in the executed notebook. */
export async function execute(
  folder: string,
  cells: readonly TestCell[],
  options: Partial<NotebookJob> = {},
): Promise<{ result: NotebookResult; outputs: Output[][] }> {
  const notebook = path.join(folder, "test.ipynb");
  writeNotebook(notebook, cells);
  const output = path.join(folder, "executed.ipynb");
  const result = await runNotebook({ notebook, output, ...options });
  return { result, outputs: readOutputs(output) };
}

export function readOutputs(file: string): Output[][] {
  const { cells } = readJson<{ cells: { outputs?: Record<string, unknown>[] }[] }>(file);
  const join = (text: unknown): unknown => (Array.isArray(text) ? text.join("") : text);
  return cells.map(({ outputs = [] }) =>
    outputs.map((output) => {
      const data = output["data"] as Record<string, unknown> | undefined;
      return {
        ...output,
        ...(output["text"] === undefined ? {} : { text: join(output["text"]) }),
        ...(data && { data: Object.fromEntries(Object.entries(data).map(([type, value]) => [type, join(value)])) }),
      } as Output;
    }),
  );
}

/** Why tests with a real kernel cannot run here; undefined where they can. */
export function missingJupyter(): string | undefined {
  const venv = process.env["WAYMARK_VENV"] ?? path.join(projectRoot, ".venv");
  return fs.existsSync(venv) ? undefined : "Jupyter is not installed; run `npm run setup`";
}
