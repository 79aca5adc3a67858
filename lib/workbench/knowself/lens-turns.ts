import { playEpisode, type Agent } from "../../agents/index.ts";
import { Household } from "../../environments/index.ts";
import { lensRows, type LensRow } from "../../evaluation/index.ts";
import { Llama } from "../../model/index.ts";
import { selfAwareTrajectories } from "../../synthesis/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { trainingGames } from "../games.ts";
import type { Run } from "../run.ts";
import { readLabels } from "../stages/labels.ts";
import { studentFolder } from "../stages/training.ts";
import { untold } from "./gold.ts";
import { goldAgent, testSets, type LivedIn } from "./households.ts";
import { situationsOf, type SituationsOptions } from "./situations-of.ts";

export interface HeldOutOptions extends Pick<SituationsOptions, "onProgress" | "signal"> {
  /** Of each kind of generated household; default 100. */
  readonly games?: number;
}

/**
 * Self-aware gold trajectories in the test households, which no student was trained on: what the gold agent does there,
 * with the situations of the run's base. Made as the training data are; for the logit lens.
 */
export async function heldOutGold(run: Run, { games = 100, ...rest }: HeldOutOptions = {}): Promise<Trajectory[]> {
  const { prior } = trainingGames(run);
  const households = testSets(run)
    .filter(({ name }) => name.startsWith("generated"))
    .flatMap((set) => set.households().slice(0, games));
  const model = Llama.load(studentFolder(run));
  try {
    return await selfAwareGold({
      ...{ households, model, ...readLabels(run), ...rest, seed: run.seed },
      stepLimit: run.settings.synthesis.stepLimit,
      createAgent: ({ rules }) => goldAgent(run, prior, rules),
    });
  } finally {
    model.dispose();
  }
}

/** What the student in a folder knows of its situation after each of its layers, along that gold (paper, figure 4). */
export async function heldOutLens(run: Run, folder: string, options?: HeldOutOptions): Promise<LensRow[]> {
  const trajectories = await heldOutGold(run, options);
  const model = Llama.load(folder);
  try {
    return await lensRows({ model, ...readLabels(run), trajectories, signal: options?.signal });
  } finally {
    model.dispose();
  }
}

export interface SelfAwareGoldOptions extends Omit<SituationsOptions, "trajectories" | "rules"> {
  readonly households: readonly LivedIn[];
  readonly createAgent: (household: LivedIn) => Agent;
  readonly stepLimit: number;
  readonly seed: number;
}

/** Each household's own game, played by its agent; where that fails there is no trajectory. */
export async function selfAwareGold(options: SelfAwareGoldOptions): Promise<Trajectory[]> {
  const { households, createAgent, stepLimit, seed, ...student } = options;
  const played = households.flatMap((household, index) => {
    const episode = playEpisode(new Household(household.game(0)), createAgent(household), { stepLimit, seed });
    if (!episode.success) return [];
    // Two households may have a game of the same name.
    const gold = { ...episode, id: `${index}/${episode.id}`, turns: episode.turns.map(untold) };
    return [{ gold, rules: household.rules }];
  });
  const gold = played.map((each) => each.gold);
  const situations = await situationsOf({ ...student, trajectories: gold, rules: (index) => played[index].rules });
  return selfAwareTrajectories({ gold, knowledgeable: situations.knowledgeable, reflected: situations.slow });
}
