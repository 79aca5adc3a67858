import { assert, createRandom, JsonlWriter, readJsonl, type OnProgress } from "../../base/index.ts";
import type { Planner } from "../../agents/index.ts";
import {
  offlineRequests,
  plannerRecordSchema,
  recordMap,
  scriptedTeacher,
  scriptedTools,
  simulate,
  worldOf,
  type PlannerRecord,
  type ScriptedRequest,
} from "../../synthesis/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import type { PlannerSettings } from "./settings.ts";

const EPISODES = "episodes.jsonl.gz";

export function plannerOf(run: Pick<Run, "settings">): PlannerSettings {
  const { planner } = run.settings;
  assert(planner !== undefined, "the recipe has no settings of planner");
  return planner;
}

/** Requests of the training split, the teacher's plans for them, and what the simulated tools brought. */
export function simulationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { requests: counts, searchFailures, maxSteps } = plannerOf(run);
  return runStage({
    name: "simulation",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "simulation"),
    seed: run.seed,
    settings: { requests: counts, searchFailures, maxSteps },
    inputs: {},
    run: async ({ file, signal }) => {
      const requests = [...offlineRequests({ seed: run.seed, split: "train", ...counts })];
      const records = await playScripted(run, {
        requests,
        planner: scriptedTeacher,
        seed: run.seed,
        onProgress,
        signal,
      });
      const writer = new JsonlWriter(file(EPISODES));
      for (const record of records) await writer.write(record);
      await writer.close();
      return { requests: requests.length, ...stopsOf(records), steps: total(records.map(({ steps }) => steps.length)) };
    },
  });
}

export interface ScriptedPlay {
  readonly requests: readonly ScriptedRequest[];
  readonly planner: (request: ScriptedRequest) => Planner;
  /** Of what fails in the tools. */
  readonly seed: number | string;
  readonly concurrency?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Plays requests of the scripted world with its simulated tools; records in the order of the requests. */
export async function playScripted(run: Run, options: ScriptedPlay): Promise<PlannerRecord[]> {
  const { requests, seed } = options;
  const { searchFailures, maxSteps } = plannerOf(run);
  const store = recordMap<PlannerRecord>();
  await simulate({
    ...{ ...options, store, maxSteps },
    tools: ({ id, scripted }) =>
      scriptedTools(worldOf(scripted.world), createRandom(seed, `planner/tools/${id}`), searchFailures),
  });
  return requests.flatMap(({ id }) => store.get(id) ?? []);
}

/** How many episodes ended in each way. */
export function stopsOf(records: readonly PlannerRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { stop } of records) counts[stop] = (counts[stop] ?? 0) + 1;
  return counts;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** The teacher's episodes, one by one; those that were not finished too. */
export const readSimulation = (run: Run): AsyncGenerator<PlannerRecord> =>
  readRecords(stageFolder(run, "simulation", EPISODES));

/** Episodes of a file. */
export const readRecords = (file: string): AsyncGenerator<PlannerRecord> =>
  readJsonl(file, (value) => plannerRecordSchema.parse(value));
