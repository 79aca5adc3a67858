import type { OnProgress } from "../../base/index.ts";
import type { Run } from "../run.ts";
import type { Manifest } from "../stage.ts";
import { labelsStage } from "../stages/labels.ts";
import { trainingStage } from "../stages/training-engine.ts";
import { ARMS, preferenceName, type Arm } from "./arms.ts";
import { baseTrajectoriesStage } from "./base-trajectories.ts";
import { knowSelfEvaluationStage } from "./evaluation.ts";
import { goldStage } from "./gold.ts";
import { knowSelfOf } from "./households.ts";
import { pairsStage } from "./pairs.ts";
import { preferenceStage, sftStage } from "./tuning.ts";

type RunStage = (run: Run, onProgress?: OnProgress) => Promise<Manifest>;

/** The stages of KnowSelf in order: the base, what it cannot do, the two trainings of each arm, and the test. */
export function knowSelfStages(run: Run): { name: string; run: RunStage }[] {
  const arms = knowSelfOf(run).arms.map((id): Arm => ARMS[id]);
  const variants = new Map(arms.flatMap(({ sft }) => (sft ? [[sft.id, sft] as const] : [])));
  const preferences = new Map(arms.flatMap((arm) => (arm.preference ? [[preferenceName(arm)!, arm] as const] : [])));
  return [
    { name: "trajectories", run: baseTrajectoriesStage },
    { name: "labels", run: labelsStage },
    { name: "training", run: trainingStage },
    { name: "gold", run: goldStage },
    { name: "pairs", run: pairsStage },
    ...[...variants].map(([id, variant]) => ({
      name: `sft/${id}`,
      run: ((run, onProgress) => sftStage(run, variant, onProgress)) as RunStage,
    })),
    ...[...preferences].map(([name, arm]) => ({
      name: `preference/${name}`,
      run: ((run, onProgress) => preferenceStage(run, arm, onProgress)) as RunStage,
    })),
    { name: "evaluation", run: knowSelfEvaluationStage },
  ];
}
