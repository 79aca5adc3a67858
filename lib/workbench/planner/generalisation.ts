import { setMaxListeners } from "node:events";
import { dataFolder, JsonlWriter, readJsonl, type OnProgress } from "../../base/index.ts";
import { studentPlanner } from "../../agents/index.ts";
import {
  answerQuestions,
  hotpotFolder,
  hotpotSets,
  searchOncePlanner,
  worldQuestions,
  type AnsweredQuestion,
  type AnswerQuestionsOptions,
  type ShortQuestion,
} from "../../evaluation/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { scriptedTeacher } from "../../synthesis/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { studentFolder } from "../stages/training.ts";
import { SERIES } from "./series.ts";
import { plannerOf } from "./simulation.ts";
import { withStudent } from "./student.ts";

const ANSWERS = "answers.jsonl.gz";
/** What the tools write is dated so. */
const now = (): number => Date.UTC(2026, 0, 1);

/**
 * The trained planner with real tools, of which it has seen none: on questions of worlds never seen, and on HotpotQA where
 * the data folder has it. Beside it the scripted teacher, and one search with the question itself.
 */
export function generalisationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { generalisation, maxSteps, evaluation } = plannerOf(run);
  const before = finishedManifest(stageFolder(run, "training"));
  const folder = hotpotFolder(dataFolder());
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: "generalisation",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "generalisation"),
    seed: run.seed,
    settings: { generalisation, maxSteps, split: evaluation.split, engine, threads, hotpot: folder !== null },
    inputs: { training: before.artefact },
    run: async ({ file, signal }) => {
      const { single, batches, hotpot: each } = generalisation;
      const world = worldQuestions({ seed: "generalisation", split: evaluation.split, single, batches, now });
      const hotpot = folder === null || each === 0 ? null : await hotpotSets({ folder, each, now });
      const answered: AnsweredQuestion[] = [];
      const answer = async <Q extends ShortQuestion>(
        options: Pick<AnswerQuestionsOptions<Q>, "set" | "series" | "planner" | "concurrency">,
      ): Promise<void> => {
        setMaxListeners(2 * options.set.questions.length, signal); // every question under way listens
        answered.push(...(await answerQuestions({ ...options, seed: run.seed, maxSteps, onProgress, signal })));
      };
      await withStudent(run, Llama.load(studentFolder(run)), "student", async (model) => {
        const planner = () => studentPlanner(model, { maxTokens: evaluation.planTokens });
        const options = { series: SERIES.fineTuned, planner, concurrency: 64 };
        await answer({ ...options, set: world });
        if (hotpot !== null) await answer({ ...options, set: hotpot.searched });
      });
      const once = { series: searchOncePlanner.name, planner: () => searchOncePlanner };
      await answer({ set: world, series: SERIES.teacher, planner: ({ request }) => scriptedTeacher(request) });
      for (const set of hotpot === null ? [] : [hotpot.searched, hotpot.perfect]) await answer({ ...once, set });
      await answer({ ...once, set: world });
      const writer = new JsonlWriter(file(ANSWERS));
      for (const one of answered) await writer.write(one);
      await writer.close();
      const own = answered.filter(({ series, set }) => series === SERIES.fineTuned && set === world.name);
      return {
        questions: world.questions.length,
        exact: own.filter(({ exact }) => exact === 1).length,
        hotpot: hotpot === null ? "none: no data folder" : hotpot.searched.questions.length,
      };
    },
  });
}

/** What was answered with real tools, episodes and all. */
export async function readGeneralisation(run: Run): Promise<AnsweredQuestion[]> {
  const answered: AnsweredQuestion[] = [];
  const file = stageFolder(run, "generalisation", ANSWERS);
  for await (const one of readJsonl(file, (value) => value as AnsweredQuestion)) answered.push(one);
  return answered;
}
