/** KnowSelf's training data: steps at which an agent errs, its second thoughts, self-aware trajectories and pairs. */
export * from "./actions.ts";
export { AlfworldState, StateError, type Tracked } from "./alfworld-state.ts";
export * from "./compare-step.ts";
export * from "./conversation.ts";
export type { Target } from "./explorer.ts";
export * from "./format-turn.ts";
export * from "./gold.ts";
export { householdPairs, type HouseholdPairsOptions } from "./household-pairs.ts";
export { readStepPairs, type PairFiles } from "./pair-journal.ts";
export {
  etoPairs,
  knowSelfRpoRecords,
  rpoPairs,
  type EtoPairsOptions,
  type PreferencePairsOptions,
} from "./preference-pairs.ts";
export * from "./prompts.ts";
export { reflectionMessages, reflectOnPairs, type Reflections, type ReflectOptions } from "./reflect.ts";
export { samplePairs, type SamplePairsOptions, type SampleReport } from "./sample-pairs.ts";
export { knowSelfSftRecords, selfAwareTrajectories, type SelfAwareOptions } from "./self-aware.ts";
export { shopPairs, type ShopPairsOptions } from "./shop-pairs.ts";
export * from "./situation.ts";
export * from "./step-record.ts";
export type { TaskOutcome } from "./task-outcome.ts";
