import { evaluationStage } from "./stages/evaluation.ts";
import { labelsStage } from "./stages/labels.ts";
import { trainingStage } from "./stages/training-engine.ts";
import { trajectoriesStage } from "./stages/trajectories.ts";
import type { OnProgress } from "../base/index.ts";
import type { Run } from "./run.ts";
import type { Manifest } from "./stage.ts";

/** The stages in order; each takes the artefacts of those before it and skips itself where it is finished. */
export const STAGES = {
  trajectories: trajectoriesStage,
  labels: labelsStage,
  training: trainingStage,
  evaluation: evaluationStage,
} as const;
export type StageName = keyof typeof STAGES;

/** Runs every stage of a run. `progress` is asked for a sink when a stage begins its work. */
export async function runPipeline(
  run: Run,
  progress: (stage: StageName) => { update: OnProgress; close: () => void },
): Promise<Record<StageName, Manifest>> {
  const manifests: Partial<Record<StageName, Manifest>> = {};
  for (const name of Object.keys(STAGES) as StageName[]) {
    const bar = progress(name);
    try {
      manifests[name] = await STAGES[name](run, bar.update);
    } finally {
      bar.close();
    }
  }
  return manifests as Record<StageName, Manifest>;
}
