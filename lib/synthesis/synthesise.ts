import { createRandom, Interrupted, yieldToEventLoop, type OnProgress, type Random } from "../base/index.ts";
import { playEpisode, type Agent } from "../agents/index.ts";
import type { Environment } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";

export interface SynthesisOptions {
  /** The environment of the episode with this number; ask for the same number, get the same task. */
  readonly environment: (index: number) => Environment;
  readonly agent: Agent;
  /** How many trajectories to keep. */
  readonly count: number;
  readonly seed: number;
  /** Episodes that take longer are dropped. Default 45. */
  readonly stepLimit?: number;
  /** In this share of the episodes each command is with this probability a careless one, not trained on. */
  readonly slips?: {
    readonly share: number;
    readonly probability: number;
    readonly choose: (admissible: readonly string[], random: Random) => string;
  };
  /** Takes each kept trajectory, in the order of the numbers. */
  readonly write: (trajectory: Trajectory) => Promise<void> | void;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Episodes of a task type: how many were played and kept, and how long the kept ones are. */
export interface SynthesisRow {
  readonly taskType: string;
  readonly episodes: number;
  readonly kept: number;
  /** Mean steps of the kept episodes, slips included. */
  readonly steps: number;
}

export interface SynthesisReport {
  readonly episodes: number;
  readonly kept: number;
  readonly dropped: number;
  /** Mean steps of the kept episodes, slips included. */
  readonly steps: number;
  /** Agent turns that are not trained on. */
  readonly slips: number;
  readonly byType: readonly SynthesisRow[];
}

/**
 * Lets the agent play until `count` episodes have succeeded within the limit, and hands those on as they come. What is
 * written depends on the options alone.
 */
export async function synthesise(options: SynthesisOptions): Promise<SynthesisReport> {
  const { agent, count, seed, stepLimit = 45, slips } = options;
  const tallies = new Map<string, { episodes: number; kept: number; steps: number }>();
  let [episodes, kept, steps, slipped] = [0, 0, 0, 0];
  while (kept < count) {
    if (episodes % 100 === 0) {
      options.onProgress?.({ done: kept, total: count });
      await yieldToEventLoop();
      if (options.signal?.aborted) throw new Interrupted(`stopped after ${kept} of ${count} trajectories`);
    }
    if (episodes >= 1000 && kept < episodes / 20) {
      throw new Error(`${agent.name} succeeded in only ${kept} of ${episodes} episodes of at most ${stepLimit} steps`);
    }
    const environment = options.environment(episodes);
    const random = createRandom(seed, `slips/${episodes}`);
    const trajectory = playEpisode(environment, agent, {
      stepLimit,
      seed,
      ...(slips && random.chance(slips.share) ? { slips: { ...slips, random } } : {}),
    });
    episodes++;
    const tally = tallies.get(trajectory.task.type) ?? { episodes: 0, kept: 0, steps: 0 };
    tallies.set(trajectory.task.type, tally);
    tally.episodes++;
    if (!trajectory.success) continue;
    tally.kept++;
    tally.steps += trajectory.steps;
    kept++;
    steps += trajectory.steps;
    slipped += trajectory.turns.filter((turn) => turn.loss === false).length;
    await options.write(trajectory);
  }
  options.onProgress?.({ done: kept, total: count });
  const byType = [...tallies]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([taskType, row]) => ({ ...row, taskType, steps: row.kept === 0 ? 0 : row.steps / row.kept }));
  return { episodes, kept, dropped: episodes - kept, steps: steps / kept, slips: slipped, byType };
}
