import { z } from "zod";
import { JsonlWriter, readJsonl, type OnProgress } from "../../base/index.ts";
import { GOOD_RATING, judgeRecords, plannerRun, scriptedJudge } from "../../evaluation/index.ts";
import {
  plannerEvaluationSchema,
  recordMap,
  type PlannerEvaluation,
  type PlannerRecord,
} from "../../synthesis/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readSimulation } from "./simulation.ts";

const EVALUATIONS = "evaluations.jsonl.gz";

/** The scripted judge rates every step and the final answer of each finished episode. */
export function judgeStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const before = finishedManifest(stageFolder(run, "simulation"));
  return runStage({
    name: "judge",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "judge"),
    seed: run.seed,
    settings: { judge: scriptedJudge.name },
    inputs: { simulation: before.artefact },
    run: async ({ file, signal }) => {
      const records: PlannerRecord[] = [];
      for await (const record of readSimulation(run)) records.push(record);
      const evaluations = await judged(records, { onProgress, signal });
      await writeEvaluations(file(EVALUATIONS), records, evaluations);
      const { evaluated, passed, steps, badSteps } = plannerRun(evaluations);
      return { episodes: records.length, evaluated, passed, steps, badSteps, threshold: GOOD_RATING };
    },
  });
}

/** What the scripted judge says of each record, in their order; undefined where an episode was not finished. */
export async function judged(
  records: readonly PlannerRecord[],
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<(PlannerEvaluation | undefined)[]> {
  const store = recordMap<PlannerEvaluation>();
  await judgeRecords({ records, judge: scriptedJudge, store, ...options });
  return records.map(({ request }) => store.get(request.id));
}

const lineSchema = z.object({ request: z.string(), evaluation: plannerEvaluationSchema });

/** Writes a line for each record that was judged. */
export async function writeEvaluations(
  file: string,
  records: readonly PlannerRecord[],
  evaluations: readonly (PlannerEvaluation | undefined)[],
): Promise<void> {
  const writer = new JsonlWriter(file);
  for (const [i, { request }] of records.entries())
    if (evaluations[i]) await writer.write({ request: request.id, evaluation: evaluations[i] });
  await writer.close();
}

/** Evaluations of a file, by the ids of their requests. */
export async function readEvaluations(file: string): Promise<Map<string, PlannerEvaluation>> {
  const evaluations = new Map<string, PlannerEvaluation>();
  for await (const { request, evaluation } of readJsonl(file, (value) => lineSchema.parse(value)))
    evaluations.set(request, evaluation);
  return evaluations;
}

/** The judge's evaluations of the teacher's episodes, by the ids of their requests. */
export const readJudged = (run: Run): Promise<Map<string, PlannerEvaluation>> =>
  readEvaluations(stageFolder(run, "judge", EVALUATIONS));
