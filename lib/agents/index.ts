/** Agents: loops over an environment (and later a language model), and episodes as trajectories. */
export type { Agent, Decision } from "./agent.ts";
export { playEpisode, type EpisodeOptions, type Slips } from "./episode.ts";
export { RandomAgent } from "./random-agent.ts";
export * from "./household/index.ts";
