/** Episodes played by many workers: threads here, or processes on a Ray cluster, with equal results. */
export type { Executor } from "./executor.ts";
export type { EndpointPlayer, GameList, HomeList, Match, Player, RolloutPlan } from "./plan.ts";
export { planHash, taskCount } from "./plan.ts";
export { homeList, studentPlayer, teacherPlayer, type StudentOptions } from "./players.ts";
export { rollOut, type RolloutOptions, type RolloutRecord } from "./roll-out.ts";
export { runnerSchema, type RaySettings, type RunnerSettings } from "./settings.ts";
export { startWorkers } from "./start-workers.ts";
export { workerCode } from "./worker-code.ts";
