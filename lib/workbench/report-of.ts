import * as path from "node:path";
import type { Outcome } from "./outcome.ts";
import { stagesOf } from "./pipeline.ts";
import type { Recipe } from "./recipe.ts";
import { buildReport } from "./report/index.ts";
import type { Run } from "./run.ts";
import { readManifest } from "./stage.ts";
import { executedNotebook, notebooksOf } from "./walk.ts";
import { runFacts } from "./walk-tools.ts";

export interface ExperimentReport {
  readonly recipe: Recipe;
  readonly runs: readonly Run[];
  readonly outcome: Outcome;
  readonly provenance: object;
  readonly report: string;
}

/** Writes the report of a finished experiment: what came out, how to read it, and the executed notebooks. */
export function writeReport({ recipe, runs, outcome, provenance, report }: ExperimentReport): void {
  const [main] = runs;
  buildReport({
    title: recipe.title,
    summary: [
      { markdown: outcome.introduction },
      { table: outcome.table, caption: outcome.caption, limit: 200 },
      ...outcome.blocks,
      { table: runFacts(main), caption: "The main run, which is walked through below" },
      { table: costs(runs), caption: "Time and memory of each stage", limit: 200 },
    ],
    notebooks: notebooksOf(main).map(({ name }) => executedNotebook(main, name)),
    provenance,
    out: report,
  });
}

function costs(runs: readonly Run[]): Record<string, string | number>[] {
  return runs.flatMap((run) =>
    stagesOf(run).map(({ name: stage }) => {
      const manifest = readManifest(path.join(run.folder, stage));
      return {
        run: `${run.arm}, seed ${run.seed}`,
        stage,
        seconds: manifest?.made.wallSeconds ?? "–",
        "peak memory (MB)": manifest?.made.peakMemoryMb ?? "–",
        artefact: manifest?.artefact.slice(0, 16) ?? "–",
      };
    }),
  );
}
