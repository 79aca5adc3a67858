import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, readJson, sha256, writeJson } from "../base/index.ts";
import { progressBar } from "./notebook/index.ts";
import { runPipeline } from "./pipeline.ts";
import { projectRoot } from "./project.ts";
import type { Recipe } from "./recipe.ts";
import type { Run } from "./run.ts";
import { runNotebookInTerminal } from "./runner/index.ts";
import { readManifest } from "./stage.ts";

interface WalkNotebook {
  /** Its path in `notebooks/`, without `.ipynb`. */
  readonly name: string;
  /** The last stage that it runs. */
  readonly stage: string;
}

const MAIN_WALK: readonly WalkNotebook[] = [
  { name: "01-trajectories", stage: "trajectories" },
  { name: "02-labels", stage: "labels" },
  { name: "03-training", stage: "training" },
  { name: "04-evaluation", stage: "evaluation" },
];
const KNOWSELF: readonly WalkNotebook[] = [{ name: "methods/knowself", stage: "evaluation" }];
const PLANNER: readonly WalkNotebook[] = [{ name: "methods/planner", stage: "generalisation" }];

/** The notebooks that walk through a run, in order. */
export function notebooksOf({ settings }: Run): readonly WalkNotebook[] {
  if (settings.planner) return PLANNER;
  if (settings.chat) return [];
  return settings.knowself ? KNOWSELF : MAIN_WALK;
}

export const executedNotebook = (run: Run, name: string): string => path.join(run.folder, "notebooks", `${name}.ipynb`);

/** True when every notebook of the walk was executed to its end; throws `Interrupted` after `signal`. */
export async function walk(recipe: Recipe, run: Run, signal: AbortSignal): Promise<boolean> {
  const notebooks = notebooksOf(run);
  // Where no notebook walks through the stages they run by themselves.
  if (notebooks.length === 0) await runPipeline(run, (stage) => progressBar(stage));
  for (const { name, stage } of notebooks) {
    const notebook = path.join(projectRoot, "notebooks", `${name}.ipynb`);
    const output = executedNotebook(run, name);
    const parameters = { recipe: recipe.file, arm: run.arm, seed: run.seed, quick: run.quick };
    const signature = (): string =>
      sha256(
        canonicalJson({
          notebook: sha256(fs.readFileSync(notebook)),
          parameters,
          artefact: readManifest(path.join(run.folder, stage))?.artefact ?? null,
        }),
      );
    // Written after the notebook has run to its end: the copy shows the artefacts that are there now.
    const marker = output.replace(/\.ipynb$/, ".done.json");
    if (fs.existsSync(marker) && readJson<{ signature: string }>(marker).signature === signature()) {
      process.stderr.write(`✓ ${name}.ipynb · done before\n`);
      continue;
    }
    fs.rmSync(marker, { force: true });
    const result = await runNotebookInTerminal({ notebook, output, parameters, signal });
    if (!result.ok) return false;
    writeJson(marker, { signature: signature() });
  }
  return true;
}
