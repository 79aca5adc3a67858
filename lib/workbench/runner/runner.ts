import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import { Interrupted, UserError } from "../../base/index.ts";
import { jupyterEnvironment, pythonOf } from "./jupyter.ts";

export interface NotebookJob {
  /** The committed `.ipynb`. Imports in it are relative to its folder. */
  readonly notebook: string;
  /** Where the executed copy goes; after a failure it holds the outputs so far. */
  readonly output: string;
  /** Values for names that the cell tagged `parameters` declares; plain JSON. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Set on top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting interrupts the running cell and gives it `cleanUpSeconds` to save its state. */
  readonly signal?: AbortSignal;
  /** Default 60. */
  readonly cleanUpSeconds?: number;
  readonly onEvent?: (event: NotebookEvent) => void;
}

/** What run_notebook.py tells while it works. Cells are code cells, counted from 1. */
export type NotebookEvent =
  | { readonly event: "cell"; readonly state: "started"; readonly cell: number; readonly cells: number }
  | {
      readonly event: "cell";
      readonly state: "finished";
      readonly cell: number;
      readonly cells: number;
      readonly seconds: number;
    }
  | { readonly event: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly event: "progress"; readonly id: string; readonly text: string };

export type NotebookResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly cell: number;
      readonly source: string;
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

type Line =
  | NotebookEvent
  | ({ readonly event: "failed" } & Omit<Extract<NotebookResult, { ok: false }>, "ok">)
  | { readonly event: "interrupted"; readonly cell: number }
  | { readonly event: "unusable"; readonly message: string };

/**
 * Executes every cell, without a time limit. A failing cell is a result, not an exception.
 * Throws `Interrupted` after `signal`, `UserError` where the notebook or Jupyter cannot be used.
 */
export async function runNotebook(job: NotebookJob): Promise<NotebookResult> {
  if (!fs.existsSync(job.notebook)) throw new UserError(`${job.notebook}: no such notebook`);
  const python = pythonOf();
  const child = spawn(python, [path.join(import.meta.dirname, "run_notebook.py")], {
    env: jupyterEnvironment({ ...process.env, ...job.env }),
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32", // Ctrl-C in the terminal is ours to pass on, once
  });
  child.stdin.on("error", () => {}); // it ended first
  child.stdin.write(
    JSON.stringify({
      notebook: path.resolve(job.notebook),
      output: path.resolve(job.output),
      folder: path.dirname(path.resolve(job.notebook)),
      parameters: job.parameters ?? {},
      cleanUpSeconds: job.cleanUpSeconds ?? 60,
    }) + "\n",
  );
  const interrupt = (): void => void child.stdin.write("interrupt\n");
  if (job.signal?.aborted) interrupt();
  job.signal?.addEventListener("abort", interrupt);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  let complaints = ""; // native libraries of the kernel write here too, so it is shown only when nothing else explains
  child.stderr.on("data", (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)));
  let last: Line | undefined;
  try {
    for await (const text of readline.createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      last = JSON.parse(text) as Line;
      if (last.event === "cell" || last.event === "stream" || last.event === "progress") job.onEvent?.(last);
    }
    const status = await ended;
    return toResult(job, last, status, complaints);
  } finally {
    job.signal?.removeEventListener("abort", interrupt);
    child.stdin.end(); // ends the kernel too, whatever went wrong here
  }
}

function toResult(job: NotebookJob, last: Line | undefined, status: number | null, complaints: string): NotebookResult {
  if (status === 0) return { ok: true };
  if (last?.event === "failed") {
    const { cell, source, ename, evalue } = last;
    const died = ename === "KernelDied" ? complaints.trim().split("\n").slice(-10) : [];
    return { ok: false, cell, source, ename, evalue, traceback: [...last.traceback, ...died] };
  }
  if (last?.event === "interrupted") throw new Interrupted(`${job.notebook}: stopped in code cell ${last.cell}`);
  if (last?.event === "unusable") throw new UserError(`${last.message}\n${complaints.trim()}`);
  throw new UserError(`${job.notebook}: the notebook runner ended with status ${status}\n${complaints.trim()}`);
}
