import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Interrupted, UserError, writeJson } from "../base/index.ts";
import { withInterrupt } from "./interrupt.ts";
import { showTable } from "./notebook/index.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { projectRoot } from "./project.ts";
import type { Recipe } from "./recipe.ts";
import { writeReport } from "./report-of.ts";
import { experimentFolder, runOf, type Run } from "./run.ts";
import { readManifest } from "./stage.ts";
import { stagesOf } from "./pipeline.ts";
import { checkTrainingEngine } from "./stages/training-engine.ts";
import { walk } from "./walk.ts";

/** All runs of a recipe: each arm with each seed; the first one is the main run, which the notebooks walk through. */
export const runsOf = (recipe: Recipe): Run[] =>
  [...recipe.arms.keys()].flatMap((arm) => recipe.seeds.map((seed) => runOf(recipe, arm, seed)));

/**
 * Runs a recipe from wherever it stands to its report: finished stages are skipped, a killed one goes on. Prints the
 * main table and the report's path. False where a notebook failed.
 */
export async function runExperiment(recipe: Recipe, options: { readonly jobs?: number } = {}): Promise<boolean> {
  const runs = runsOf(recipe);
  const [main] = runs;
  runs.forEach(checkTrainingEngine);
  process.stderr.write(
    `${recipe.title}\n${path.relative(process.cwd(), main.folder)}${recipe.quick ? " (quick)" : ""}\n`,
  );
  const walked = await withInterrupt(async (signal) => {
    // Several runs go through processes of their own; the notebooks then find the main one finished.
    if (runs.length > 1) await runAll(recipe, runs, options.jobs ?? 1, signal);
    return walk(recipe, main, signal);
  });
  if (!walked) return false;

  const { outcome, origin, file } = await writeResults(recipe, runs);
  const folder = experimentFolder(recipe);
  const report = path.join(folder, "report.html");
  writeReport({ recipe, runs, outcome, provenance: origin, report });
  showTable(outcome.table, { limit: 100 });
  process.stdout.write(
    `\nresults: ${path.relative(process.cwd(), file)}\nreport:  ${path.relative(process.cwd(), report)}\n`,
  );
  return true;
}

/** Writes `results.json` of finished runs: what was run, and every figure of the report. */
export async function writeResults(
  recipe: Recipe,
  runs: readonly Run[],
): Promise<{ outcome: Outcome; origin: Record<string, unknown>; file: string }> {
  const outcome = await outcomeOf(recipe, runs);
  const origin = provenance(recipe, runs);
  const file = path.join(experimentFolder(recipe), "results.json");
  writeJson(file, { ...origin, ...outcome.results });
  return { outcome, origin, file };
}

/** What was run, with the manifests of every stage: enough to repeat it and to compare hashes. */
function provenance(recipe: Recipe, runs: readonly Run[]): Record<string, unknown> {
  return {
    experiment: recipe.name,
    title: recipe.title,
    quick: recipe.quick,
    recipeHash: recipe.hash,
    runs: runs.map((run) => ({
      arm: run.arm,
      seed: run.seed,
      settings: run.settings,
      stages: Object.fromEntries(
        stagesOf(run).map(({ name: stage }) => {
          const manifest = readManifest(path.join(run.folder, stage));
          if (manifest === null) throw new Error(`${run.folder}: stage ${stage} is not finished`);
          const { artefact, summary, made } = manifest;
          return [stage, { artefact, summary, made }];
        }),
      ),
    })),
  };
}

/** Runs the stages of every run, `jobs` at a time, each in a process of its own. */
async function runAll(recipe: Recipe, runs: readonly Run[], jobs: number, signal: AbortSignal): Promise<void> {
  const waiting = [...runs];
  const worker = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) await runInProcess(recipe, run, signal);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(jobs, runs.length) }, worker));
  const failed = results.find((result) => result.status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

function runInProcess(recipe: Recipe, run: Run, signal: AbortSignal): Promise<void> {
  const name = `${run.arm}, seed ${run.seed}`;
  const log = path.join(run.folder, "stages.log");
  fs.mkdirSync(run.folder, { recursive: true });
  const output = fs.openSync(log, "a");
  process.stderr.write(`· ${name}: started, log in ${path.relative(process.cwd(), log)}\n`);
  const child = spawn(
    process.execPath,
    [
      ...["--import", "tsx", path.join(projectRoot, "lib/workbench/cli.ts"), "stages"],
      ...["--recipe", recipe.file, "--arm", run.arm, "--seed", String(run.seed)],
      ...(recipe.quick ? ["--quick"] : []),
    ],
    { cwd: projectRoot, stdio: ["ignore", output, output], detached: true },
  );
  const stop = (): void => void child.kill("SIGINT");
  signal.addEventListener("abort", stop);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      signal.removeEventListener("abort", stop);
      fs.closeSync(output);
      if (status === 0) {
        process.stderr.write(`✓ ${name} · ${Math.round((performance.now() - start) / 1000)} s\n`);
        resolve();
      } else if (signal.aborted) reject(new Interrupted(`${name}: stopped; the same command continues it`));
      else reject(new UserError(`${name} failed with status ${status}; see ${log}`));
    });
  });
}
