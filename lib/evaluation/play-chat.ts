import { playChatEpisode, UsageMeter, type ChatAgent } from "../agents/index.ts";
import { Interrupted, type OnProgress } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";

export interface PlayEachOptions {
  /** Each is made when its episode begins. */
  readonly environments: readonly (() => Environment)[];
  /** Episodes played at once. */
  readonly parallel: number;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown: a part of the episodes is no result. */
  readonly signal?: AbortSignal;
}

export interface PlayChatOptions extends PlayEachOptions {
  /** A fresh agent for each episode. What its models cost is recorded where they go through `meter.count`. */
  readonly createAgent: (environment: Environment, meter: UsageMeter) => ChatAgent;
  readonly stepLimit: number;
  /** Recorded in the trajectories. */
  readonly seed: number | string;
  /** The kind of environment, recorded in the trajectories. Default `household`. */
  readonly environment?: string;
}

/** Plays every environment once with an agent over chat models; trajectories in the order of the environments. */
export async function playChat(options: PlayChatOptions): Promise<Trajectory[]> {
  const { createAgent, stepLimit, seed, environment: kind, signal } = options;
  return playEach(options, (environment, meter) =>
    playChatEpisode(environment, createAgent(environment, meter), {
      stepLimit,
      seed,
      environment: kind,
      meter,
      signal,
    }),
  );
}

/** Does something with every environment, several at once, such as several trials; results in the order of the environments. */
export async function playEach<T>(
  { environments, parallel, onProgress, signal }: PlayEachOptions,
  play: (environment: Environment, meter: UsageMeter) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    while (next < environments.length) {
      if (signal?.aborted) throw new Interrupted("stopped while a chat model was playing");
      const index = next++;
      results[index] = await play(environments[index](), new UsageMeter());
      onProgress?.({ done: ++done, total: environments.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, environments.length) }, lane));
  return results;
}
