import { carelessCommand, SearchTeacher } from "../../agents/index.ts";
import { JsonlWriter, readJson, readJsonl, writeJson, type OnProgress } from "../../base/index.ts";
import { Household, PlacementPrior, type PlacementPriorJson } from "../../environments/index.ts";
import { synthesise } from "../../synthesis/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { gamesFingerprint, trainingGames, trainingSplits } from "../games.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";

/** Files of the stage's folder, also where another method makes them. */
export const TRAJECTORIES = "trajectories.jsonl.gz";
export const PRIOR = "prior.json";

/** Stage 1: the scripted teacher plays training games; what succeeds is written down. */
export function trajectoriesStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { games, synthesis } = run.settings;
  return runStage({
    name: "trajectories",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "trajectories"),
    seed: run.seed,
    settings: { games, synthesis },
    inputs: gamesFingerprint(trainingSplits(run)),
    run: async ({ file, signal }) => {
      const { source, prior } = trainingGames(run);
      const writer = new JsonlWriter(file(TRAJECTORIES));
      const summary = await synthesise({
        environment: (index) => new Household(source.game(index)),
        agent: new SearchTeacher(prior),
        count: synthesis.episodes,
        seed: run.seed,
        stepLimit: synthesis.stepLimit,
        slips: { share: synthesis.slipEpisodes, probability: synthesis.slips, choose: carelessCommand },
        write: (trajectory) => writer.write(trajectory),
        onProgress,
        signal,
      });
      await writer.close();
      writeJson(file(PRIOR), prior);
      return { ...summary };
    },
  });
}

export const trajectoriesFile = (run: Run): string => stageFolder(run, "trajectories", TRAJECTORIES);

/** The run's trajectories, one by one. */
export const readTrajectories = (run: Run): AsyncGenerator<Trajectory> =>
  readJsonl(trajectoriesFile(run), parseTrajectory);

export async function firstTrajectory(run: Run): Promise<Trajectory> {
  for await (const trajectory of readTrajectories(run)) return trajectory;
  throw new Error(`${trajectoriesFile(run)} is empty`);
}

/** The file of `readPrior`. */
export const priorFile = (run: Run): string => stageFolder(run, "trajectories", PRIOR);

/** What the run's teacher knows of where things lie. */
export const readPrior = (run: Run): PlacementPrior => new PlacementPrior(readJson<PlacementPriorJson>(priorFile(run)));
