import { playEpisode } from "../../agents/index.ts";
import { Interrupted, JsonlWriter, readJsonlRows, yieldToEventLoop, type OnProgress } from "../../base/index.ts";
import { Household } from "../../environments/index.ts";
import type { HouseholdRule } from "../../knowledge/index.ts";
import { agentText, parseTrajectory, type Trajectory, type Turn } from "../../trajectory/index.ts";
import { gamesFingerprint, trainingSplits } from "../games.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { goldAgent, knowSelfOf, livedIn, trainingHomes } from "./households.ts";

const [GOLD, HOUSEHOLDS] = ["gold.jsonl.gz", "households.jsonl.gz"];

/** A household of the gold trajectories, and what was learnt in it before. */
export interface HouseholdRow {
  readonly id: string;
  /** Its number among the run's gold households. */
  readonly index: number;
  readonly hasOwnWays: boolean;
  readonly rules: readonly HouseholdRule[];
}

/**
 * Gold trajectories in households that the base has not seen. The gold agent searches as usual; where things lie oddly,
 * or are not found, it looks up what is known of the household. Its turns are written without what it looked up: when a
 * student needs that is for the next stage to find out.
 */
export function goldStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { households, gold } = knowSelfOf(run);
  const { games, synthesis } = run.settings;
  return runStage({
    name: "gold",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "gold"),
    seed: run.seed,
    settings: { games, households, gold, stepLimit: synthesis.stepLimit },
    inputs: gamesFingerprint(trainingSplits(run)),
    run: async ({ file, signal }) => {
      const { home, prior } = trainingHomes(run, "gold");
      const [writer, rows] = [new JsonlWriter(file(GOLD)), new JsonlWriter(file(HOUSEHOLDS))];
      let [kept, steps, ownWays] = [0, 0, 0];
      for (let index = 0; kept < gold.games; index++) {
        onProgress?.({ done: kept, total: gold.games });
        if (index % 20 === 0) await yieldToEventLoop();
        if (signal.aborted) throw new Interrupted(`stopped after ${kept} of ${gold.games} trajectories`);
        const household = livedIn(home(index), prior, households.earlierGames);
        const { id, hasOwnWays, rules } = household;
        await rows.write({ id, index, hasOwnWays, rules } satisfies HouseholdRow);
        for (let game = 0; game < households.gamesEach && kept < gold.games; game++) {
          const agent = goldAgent(run, prior, rules);
          const { stepLimit } = synthesis;
          const played = playEpisode(new Household(household.game(game)), agent, { stepLimit, seed: run.seed });
          if (!played.success) continue;
          await writer.write({ ...played, turns: played.turns.map(untold), extra: { household: index, game } });
          kept++;
          steps += played.steps;
          if (hasOwnWays) ownWays++;
        }
      }
      await Promise.all([writer.close(), rows.close()]);
      return { kept, ownWays, steps: steps / kept };
    },
  });
}

/** The turn without the rule that the gold agent looked up. */
export function untold({ knowledge, situation: _, ...turn }: Turn): Turn {
  return knowledge === undefined ? turn : { ...turn, content: agentText(turn.thought, turn.action ?? "") };
}

export const readGold = (run: Run): Promise<Trajectory[]> =>
  readJsonlRows(stageFolder(run, "gold", GOLD), parseTrajectory);

/** The households of the gold trajectories by their number. */
export async function readHouseholds(run: Run): Promise<ReadonlyMap<number, HouseholdRow>> {
  const rows = await readJsonlRows(stageFolder(run, "gold", HOUSEHOLDS), (value) => value as HouseholdRow);
  return new Map(rows.map((row) => [row.index, row]));
}

/** Where a gold trajectory took place. */
export const placeOf = ({ extra }: Trajectory): { household: number; game: number } =>
  extra as { household: number; game: number };
