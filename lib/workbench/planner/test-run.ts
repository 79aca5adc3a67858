import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadRecipe } from "../recipe.ts";
import { runOf, type Run } from "../run.ts";
import type { PlannerSettings } from "./settings.ts";

/** The recipe's quick run in a folder of its own, with some settings changed. */
export function testRun(planner: Partial<PlannerSettings> = {}): Run {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "planner-run-"));
  const run = runOf(loadRecipe("planner", { quick: true }), undefined, 0);
  const own = run.settings.planner!;
  return { ...run, folder, settings: { ...run.settings, planner: { ...own, ...planner } } };
}
