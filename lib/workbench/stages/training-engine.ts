import type { OnProgress } from "../../base/index.ts";
import { deepSpeedPython, type StepMetrics } from "../../training/index.ts";
import type { Run } from "../run.ts";
import type { Manifest } from "../stage.ts";
import { deepSpeedTrainingStage } from "./deepspeed-training.ts";
import { givenModelHash } from "./given-model.ts";
import { trainingStage as tensorFlowTrainingStage } from "./training.ts";

/** Throws `UserError` where DeepSpeed or the model that a recipe asks for is missing: better now than after an hour of play. */
export function checkTrainingEngine(run: Run): void {
  if (run.settings.training.engine !== "deepspeed") return;
  deepSpeedPython();
  givenModelHash(run);
}

/** Stage 3 on the engine that the recipe names. The artefact has the same files from both. */
export function trainingStage(
  run: Run,
  onProgress?: OnProgress,
  onMetrics?: (rows: readonly StepMetrics[]) => void,
): Promise<Manifest> {
  const stage = run.settings.training.engine === "deepspeed" ? deepSpeedTrainingStage : tensorFlowTrainingStage;
  return stage(run, onProgress, onMetrics);
}
