import type { OnProgress } from "../../base/index.ts";
import type { Run } from "../run.ts";
import type { Manifest } from "../stage.ts";
import { trainingStage } from "../stages/training-engine.ts";
import { plannerEvaluationStage } from "./evaluation.ts";
import { generalisationStage } from "./generalisation.ts";
import { judgeStage } from "./judge.ts";
import { plannerLabelsStage } from "./labels.ts";
import { packageStage } from "./package.ts";
import { simulationStage } from "./simulation.ts";

type RunStage = (run: Run, onProgress?: OnProgress) => Promise<Manifest>;

/** The stages of bot-with-plan in order; training is that of every student. */
export const plannerStages: readonly { readonly name: string; readonly run: RunStage }[] = [
  { name: "simulation", run: simulationStage },
  { name: "judge", run: judgeStage },
  { name: "package", run: packageStage },
  { name: "labels", run: plannerLabelsStage },
  { name: "training", run: trainingStage },
  { name: "evaluation", run: plannerEvaluationStage },
  { name: "generalisation", run: generalisationStage },
];
