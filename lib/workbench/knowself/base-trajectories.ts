import {
  carelessCommand,
  ConsultingTeacher,
  playEpisode,
  ReconsideringTeacher,
  type Agent,
} from "../../agents/index.ts";
import {
  createRandom,
  Interrupted,
  JsonlWriter,
  writeJson,
  yieldToEventLoop,
  type OnProgress,
  type Random,
} from "../../base/index.ts";
import { Household, type PlacementPrior } from "../../environments/index.ts";
import { situatedText, type Trajectory } from "../../trajectory/index.ts";
import { gamesFingerprint, trainingSplits } from "../games.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { PRIOR, TRAJECTORIES } from "../stages/trajectories.ts";
import { knownPlaces, knowSelfOf, livedIn, ruleFor, trainingHomes, type LivedIn } from "./households.ts";

/**
 * What the base learns from: episodes in households of both kinds. In some it is given a rule, and the teacher then
 * follows it; in some it is told to think again. Neither is its own idea: those tokens are not trained on, so the base can
 * do both when asked to and does neither by itself.
 */
export function baseTrajectoriesStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { games, synthesis } = run.settings;
  const { households, base } = knowSelfOf(run);
  return runStage({
    name: "trajectories",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "trajectories"),
    seed: run.seed,
    settings: { games, synthesis, households, base },
    inputs: gamesFingerprint(trainingSplits(run)),
    run: async ({ file, signal }) => {
      const { home, prior } = trainingHomes(run, "base");
      const writer = new JsonlWriter(file(TRAJECTORIES));
      let [kept, episodes, told, doubted] = [0, 0, 0, 0];
      for (let index = 0; kept < synthesis.episodes; index++) {
        if (index % 20 === 0) {
          onProgress?.({ done: kept, total: synthesis.episodes });
          await yieldToEventLoop();
          if (signal.aborted) throw new Interrupted(`stopped after ${kept} of ${synthesis.episodes} trajectories`);
        }
        const household = livedIn(home(index), prior, households.earlierGames);
        for (let game = 0; game < households.gamesEach && kept < synthesis.episodes; game++) {
          const random = createRandom(run.seed, `base/${index}/${game}`);
          const trajectory = playBase(run, household, game, prior, random);
          episodes++;
          if (!trajectory.success) continue;
          kept++;
          if (trajectory.turns.some(({ knowledge }) => knowledge !== undefined)) told++;
          if (trajectory.turns.some(({ reconsidered }) => reconsidered)) doubted++;
          await writer.write(trajectory);
        }
      }
      await writer.close();
      writeJson(file(PRIOR), prior);
      onProgress?.({ done: kept, total: kept });
      return { episodes, kept, told, doubted };
    },
  });
}

/** The turns, from 0, at which a rule may be given: at the beginning above all. */
const TOLD_AT = [0, 0, 1, 2, 3, 4];

function playBase(run: Run, household: LivedIn, game: number, prior: PlacementPrior, random: Random): Trajectory {
  const { stepLimit, slipEpisodes, slips } = run.settings.synthesis;
  const { toldOwn, toldOrdinary, repeated, doubtEpisodes, doubts, unfounded } = knowSelfOf(run).base;
  const isTold = random.chance(household.hasOwnWays ? toldOwn : toldOrdinary);
  const isRepeated = random.chance(repeated);
  const from = !isTold ? Infinity : isRepeated ? 0 : random.pick(TOLD_AT);
  const teacher = new ConsultingTeacher({
    prior,
    places: (object) => knownPlaces(household.rules, object),
    asks: ({ turn }) => turn >= from,
    prompted: true,
  });
  const agent: Agent = random.chance(doubtEpisodes)
    ? new ReconsideringTeacher(teacher, { random, probability: doubts, unfounded })
    : teacher;
  const careless = random.chance(slipEpisodes)
    ? { slips: { probability: slips, random, choose: carelessCommand } }
    : {};
  const played = playEpisode(new Household(household.game(game)), agent, { stepLimit, seed: run.seed, ...careless });
  return isTold && isRepeated ? toldAtEveryTurn(played, ruleFor(household.rules)) : played;
}

/** The same episode with a rule before each of the agent's turns. */
export function toldAtEveryTurn(trajectory: Trajectory, rule: (turns: Trajectory["turns"]) => string): Trajectory {
  const turns = trajectory.turns.map((turn, index) => {
    if (turn.role !== "assistant" || turn.action === undefined) return turn;
    const told = { ...turn, knowledge: rule(trajectory.turns.slice(0, index)), prompted: true };
    return { ...told, situation: "knowledgeable" as const, content: situatedText({ ...told, action: turn.action }) };
  });
  return { ...trajectory, turns };
}
