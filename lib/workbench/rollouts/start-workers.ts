import { selectEngine } from "../../model/index.ts";
import type { Executor } from "./executor.ts";
import { rayExecutor } from "./ray.ts";
import type { RunnerSettings } from "./settings.ts";
import { threadExecutor } from "./threads.ts";

/** The workers that a recipe's `runner` asks for. */
export async function startWorkers(settings: RunnerSettings): Promise<Executor> {
  const here = settings.workers ?? selectEngine("auto").threads;
  return settings.kind === "local" ? threadExecutor(here) : rayExecutor(settings, here);
}
