import type { OnProgress } from "../base/index.ts";
import { chatStages } from "./chat/stages.ts";
import { knowSelfStages } from "./knowself/stages.ts";
import { plannerStages } from "./planner/stages.ts";
import type { Run } from "./run.ts";
import type { Manifest } from "./stage.ts";
import { evaluationStage } from "./stages/evaluation.ts";
import { labelsStage } from "./stages/labels.ts";
import { trainingStage } from "./stages/training-engine.ts";
import { trajectoriesStage } from "./stages/trajectories.ts";

/** A stage of a run. Its artefact is in the run's folder of the same name. */
export interface PipelineStage {
  readonly name: string;
  readonly run: (run: Run, onProgress?: OnProgress) => Promise<Manifest>;
}

const WALK: readonly PipelineStage[] = [
  { name: "trajectories", run: trajectoriesStage },
  { name: "labels", run: labelsStage },
  { name: "training", run: trainingStage },
  { name: "evaluation", run: evaluationStage },
];

/** The stages of a run in order; each takes the artefacts of those before it and skips itself where it is finished. */
export const stagesOf = (run: Run): readonly PipelineStage[] => {
  if (run.settings.planner) return plannerStages;
  if (run.settings.chat) return chatStages(run);
  return run.settings.knowself ? knowSelfStages(run) : WALK;
};

/** Runs the stages of a run: all, or those `wanted`. `progress` is asked for a sink when a stage begins its work. */
export async function runPipeline(
  run: Run,
  progress: (stage: string) => { update: OnProgress; close: () => void },
  wanted: (stage: string) => boolean = () => true,
): Promise<Record<string, Manifest>> {
  const manifests: Record<string, Manifest> = {};
  for (const stage of stagesOf(run)) {
    if (!wanted(stage.name)) continue;
    const bar = progress(stage.name);
    try {
      manifests[stage.name] = await stage.run(run, bar.update);
    } finally {
      bar.close();
    }
  }
  return manifests;
}
