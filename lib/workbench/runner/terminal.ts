import * as path from "node:path";
import { duration } from "../notebook/progress-bar.ts";
import { runNotebook, type NotebookEvent, type NotebookJob, type NotebookResult } from "./runner.ts";

/** Where a terminal's text goes; `live` lines are replaced by the next one. */
export interface Screen {
  live(text: string): void;
  line(text: string): void;
}

/**
 * `runNotebook` with its progress on stderr: one line for the notebook, below it what its cells' progress bars say, and
 * for a failing cell its source and error.
 */
export async function runNotebookInTerminal(
  job: NotebookJob,
  screen: Screen = stderrScreen(),
): Promise<NotebookResult> {
  const name = path.basename(job.notebook);
  const start = performance.now();
  const seconds = (): string => duration((performance.now() - start) / 1000);
  let place = "starting";
  const result = await runNotebook({
    ...job,
    onEvent: (event) => {
      job.onEvent?.(event);
      if (event.event === "cell") place = `cell ${event.cell}/${event.cells}`;
      const note = describe(event);
      if (note !== null) screen.live(`  ${name} · ${place}${note}`);
    },
  });
  if (result.ok) screen.line(`✓ ${name} · ${seconds()}`);
  else for (const line of describeFailure(name, job.output, result)) screen.line(line);
  return result;
}

function describe(event: NotebookEvent): string | null {
  if (event.event === "cell") return event.state === "started" ? "" : null;
  return event.event === "progress" ? ` · ${event.text}` : null;
}

function describeFailure(name: string, output: string, result: Extract<NotebookResult, { ok: false }>): string[] {
  return [
    `✗ ${name} · code cell ${result.cell} failed: ${result.ename}: ${result.evalue}`,
    ...result.source.split("\n").map((line) => `  │ ${line}`),
    ...result.traceback.map((line) => `  ${line}`),
    `  the notebook with its outputs so far: ${output}`,
  ];
}

/** On a terminal the live line is overwritten; in a log it is written at most every ten seconds. */
function stderrScreen(): Screen {
  const { stderr } = process;
  if (!stderr.isTTY) {
    let last = -Infinity;
    return {
      live: (text) => {
        if (performance.now() - last < 10_000) return;
        last = performance.now();
        stderr.write(text + "\n");
      },
      line: (text) => void stderr.write(text + "\n"),
    };
  }
  return {
    live: (text) => void stderr.write(`\r\x1b[K${text.slice(0, (stderr.columns || 80) - 1)}`),
    line: (text) => void stderr.write(`\r\x1b[K${text}\n`),
  };
}
