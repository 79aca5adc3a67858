/** Foreign formats of trajectories: one file each; how their files are read and written. */
import { parseTrajectory, type Trajectory } from "../trajectory.ts";
import { parseTrajectoryPair, type TrajectoryPair } from "../trajectory-pair.ts";
import { agentInstruct } from "./agent-instruct.ts";
import { alpaca } from "./alpaca.ts";
import { autoActRows, autoActSessions, autoActTasks } from "./autoact.ts";
import { botPackaged, botTrajectory } from "./bot-with-plan.ts";
import { carrying } from "./carried.ts";
import type { Format, TrajectoryFormat } from "./format.ts";
import { knowSelfRpo, knowSelfSft } from "./knowself.ts";
import { kAgentBench, kAgentInstruct } from "./kwaiagents.ts";
import { shareGpt } from "./sharegpt.ts";
import { trlMessages, trlPreference } from "./trl.ts";

export type { Format, RecordContext, TrajectoryFormat } from "./format.ts";
export * from "./convert.ts";
export { mistralText } from "./bot-with-plan.ts";

/** Records of a pair of trajectories. */
export type PairFormat = Format<TrajectoryPair> & { readonly holds: "pairs" };
export type AnyFormat = TrajectoryFormat | PairFormat;

const parseAll = (value: unknown): Trajectory[] => (value as unknown[]).map(parseTrajectory);

const trajectories = (format: TrajectoryFormat): TrajectoryFormat => ({ ...format, ...carrying(format, parseAll) });
const pairs = (format: PairFormat): PairFormat => ({ ...format, ...carrying(format, parseTrajectoryPair) });

/** Every format by its id. A `document` has no place for what it does not know, so it carries nothing. */
export const FORMATS: ReadonlyMap<string, AnyFormat> = new Map(
  [
    trajectories(shareGpt),
    trajectories(alpaca),
    trajectories(trlMessages),
    pairs(trlPreference),
    trajectories(knowSelfSft),
    pairs(knowSelfRpo),
    trajectories(autoActTasks),
    trajectories(autoActRows),
    trajectories(autoActSessions),
    trajectories(kAgentInstruct),
    trajectories(kAgentBench),
    trajectories(agentInstruct),
    botTrajectory,
    trajectories(botPackaged),
  ].map((format) => [format.id, format] as const),
);
