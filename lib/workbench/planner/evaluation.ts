import { setMaxListeners } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { JsonlWriter, readJson, writeJson, type OnProgress } from "../../base/index.ts";
import { studentPlanner, zeroShotPlanner } from "../../agents/index.ts";
import { GOOD_RATING, plannerRun, type PlannerRun } from "../../evaluation/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import {
  offlineRequests,
  PLANNER_TOOLS,
  scriptedTeacher,
  type PlannerEvaluation,
  type PlannerRecord,
  type ScriptedRequest,
} from "../../synthesis/index.ts";
import { meanActionLoss } from "../../training/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { newStudent, studentFolder } from "../stages/training.ts";
import { judged, readEvaluations, writeEvaluations } from "./judge.ts";
import { validationExamples } from "./labels.ts";
import { SERIES, type SeriesName } from "./series.ts";
import { playScripted, plannerOf, readRecords, type ScriptedPlay } from "./simulation.ts";
import { withStudent } from "./student.ts";

/** One run of a series. */
export interface SeriesRun extends PlannerRun {
  readonly series: SeriesName;
  /** Its number, from 0: the seed of what fails in the tools, and of an untrained student's weights. */
  readonly run: number;
}

/** One request of one run. */
export interface RequestRow {
  readonly series: SeriesName;
  readonly run: number;
  readonly request: string;
  readonly category: string;
  /** Steps that the request needs, the final answer not counted. */
  readonly needs: number;
  /** Steps that were taken, the final answer included. */
  readonly taken: number;
  readonly stop: PlannerRecord["stop"];
  readonly completed: boolean;
  readonly passed: boolean;
  readonly badSteps: number;
}

/** The requests of the evaluation: the same for every run, series and training seed. */
export function evaluationRequests(run: Run): ScriptedRequest[] {
  const { split, single, batches } = plannerOf(run).evaluation;
  return [...offlineRequests({ seed: "evaluation", split, single, batches })];
}

/** Every series plays the requests of the held-out split, several times; the scripted judge rates what came of it. */
export function plannerEvaluationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { evaluation, searchFailures, maxSteps } = plannerOf(run);
  const before = finishedManifest(stageFolder(run, "training"));
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: "evaluation",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "evaluation"),
    seed: run.seed,
    settings: { evaluation, searchFailures, maxSteps, engine, threads },
    inputs: { training: before.artefact },
    run: async ({ file, signal }) => {
      const requests = evaluationRequests(run);
      setMaxListeners(2 * requests.length, signal); // every request under way listens
      const total = Object.keys(SERIES).length * evaluation.runs * requests.length;
      let finished = 0;
      const numbers = Array.from({ length: evaluation.runs }, (_, number) => number);
      const runs: SeriesRun[] = [];
      const rows: RequestRow[] = [];
      const play = async (series: SeriesName, number: number, planner: ScriptedPlay["planner"]): Promise<void> => {
        const episodes = file(episodesFile(series, number));
        if (!fs.existsSync(episodes)) {
          const before = finished;
          const records = await playScripted(run, {
            ...{ requests, planner, seed: number, concurrency: requests.length, signal },
            onProgress: ({ done }) =>
              onProgress?.({ done: before + done, total, note: `${series}, run ${number + 1}` }),
          });
          await writeEvaluations(file(evaluationsFile(series, number)), records, await judged(records, { signal }));
          await writeRecords(episodes, records); // last: an episodes file means that the run is complete
        }
        finished += requests.length;
        onProgress?.({ done: finished, total, note: `${series}, run ${number + 1}` });
        const records = await recordsOf(episodes);
        const evaluations = await readEvaluations(file(evaluationsFile(series, number)));
        const own = records.map(({ request }) => evaluations.get(request.id));
        runs.push({ series, run: number, ...plannerRun(own) });
        rows.push(...records.map((record, i) => requestRow(series, number, record, own[i])));
      };
      const sampling = { maxTokens: evaluation.planTokens };
      for (const number of numbers)
        await withStudent(run, newStudent({ ...run, seed: number }), "untrained student", (model) =>
          play(SERIES.zeroShot, number, () => zeroShotPlanner(model, PLANNER_TOOLS, sampling)),
        );
      const trained = Llama.load(studentFolder(run));
      const validationLoss = meanActionLoss(trained, await validationExamples(run));
      await withStudent(run, trained, "student", async (model) => {
        for (const number of numbers) await play(SERIES.fineTuned, number, () => studentPlanner(model, sampling));
      });
      for (const number of numbers) await play(SERIES.teacher, number, scriptedTeacher);
      writeJson(file("runs.json"), runs);
      writeJson(file("rows.json"), rows);
      return { requests: requests.length, split: evaluation.split, episodes: total, validationLoss };
    },
  });
}

function requestRow(
  series: SeriesName,
  run: number,
  { request, steps, stop }: PlannerRecord,
  evaluation: PlannerEvaluation | undefined,
): RequestRow {
  const ratings = evaluation?.steps ?? [];
  return {
    ...{ series, run, request: request.id, category: request.category ?? "", needs: request.steps ?? 0 },
    ...{ taken: steps.length, stop, completed: evaluation !== undefined },
    passed: (evaluation?.final_answer_rating ?? 0) >= GOOD_RATING,
    badSteps: ratings.filter(({ task_rating }) => task_rating < GOOD_RATING).length,
  };
}

async function writeRecords(file: string, records: readonly PlannerRecord[]): Promise<void> {
  const writer = new JsonlWriter(file);
  for (const record of records) await writer.write(record);
  await writer.close();
}

async function recordsOf(file: string): Promise<PlannerRecord[]> {
  const records: PlannerRecord[] = [];
  for await (const record of readRecords(file)) records.push(record);
  return records;
}

const folderOf = (series: SeriesName, run: number): string =>
  path.join("series", series.replaceAll(" ", "-"), `run${run}`);
const episodesFile = (series: SeriesName, run: number): string => path.join(folderOf(series, run), "episodes.jsonl.gz");
const evaluationsFile = (series: SeriesName, run: number): string =>
  path.join(folderOf(series, run), "evaluations.jsonl.gz");

/** The episodes of one run of a series, in the order of the requests, with what the judge said. */
export async function readSeries(
  run: Run,
  series: SeriesName,
  number: number,
): Promise<{ record: PlannerRecord; evaluation?: PlannerEvaluation }[]> {
  const records = await recordsOf(stageFolder(run, "evaluation", episodesFile(series, number)));
  const evaluations = await readEvaluations(stageFolder(run, "evaluation", evaluationsFile(series, number)));
  return records.map((record) => {
    const evaluation = evaluations.get(record.request.id);
    return { record, ...(evaluation && { evaluation }) };
  });
}

export const readSeriesRuns = (run: Run): SeriesRun[] =>
  readJson<SeriesRun[]>(stageFolder(run, "evaluation", "runs.json"));

export const readRequestRows = (run: Run): RequestRow[] =>
  readJson<RequestRow[]>(stageFolder(run, "evaluation", "rows.json"));
