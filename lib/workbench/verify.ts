import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "../base/index.ts";
import { progressBar } from "./notebook/index.ts";
import { runPipeline, stagesOf } from "./pipeline.ts";
import type { Recipe } from "./recipe.ts";
import { runOf, stageFolder } from "./run.ts";
import { readManifest } from "./stage.ts";

/**
 * Runs the recipe's main run again in a temporary folder and compares the artefacts' hashes with those of the run that
 * is there. True where all are equal, which they must be on the same machine.
 */
export async function verify(recipe: Recipe): Promise<boolean> {
  const [seed] = recipe.seeds;
  const original = runOf(recipe, undefined, seed);
  const stages = stagesOf(original).map(({ name }) => name);
  const before = stages.map((stage) => readManifest(stageFolder(original, stage)));
  if (before.includes(null)) {
    throw new UserError(`${original.folder}: no finished run to verify; run the recipe with npm start first`);
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-verify-"));
  try {
    const again = await runPipeline({ ...original, folder }, (stage) => progressBar(stage));
    const rows = stages.map((stage, i) => ({
      stage,
      equal: before[i]?.artefact === again[stage].artefact,
      before: before[i]?.artefact.slice(0, 16),
      again: again[stage].artefact.slice(0, 16),
    }));
    for (const { stage, equal, before, again } of rows) {
      process.stdout.write(`${equal ? "✓" : "✗"} ${stage} · ${before}${equal ? "" : ` is now ${again}`}\n`);
    }
    return rows.every((row) => row.equal);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
