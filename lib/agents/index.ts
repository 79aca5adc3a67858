/** Agents: loops over an environment, scripted or with a chat model, and episodes as trajectories. */
export type { Agent, Decision } from "./agent.ts";
export { playEpisode, type EpisodeOptions, type Slips } from "./episode.ts";
export { RandomAgent } from "./random-agent.ts";
export * from "./household/index.ts";
export * from "./chat/index.ts";
export * from "./shop/index.ts";
export * from "./planner/index.ts";
