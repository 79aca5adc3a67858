/** Training the student: supervised fine-tuning and learning from pairs, with checkpoints that continue bit for bit. */
export * from "./batch-gradients.ts";
export * from "./batches.ts";
export * from "./deepspeed/index.ts";
export { meanActionLoss, tokenLosses } from "./mean-loss.ts";
export * from "./metrics.ts";
export * from "./objective.ts";
export * from "./optimizer.ts";
export { PREFERENCE_FIGURES, PREFERENCE_LOSSES, type PreferenceLoss } from "./preference-loss.ts";
export { preferenceObjective, type ReferenceLogProbabilities } from "./preference-objective.ts";
export * from "./preference.ts";
export * from "./recipe.ts";
export type { DroppedRows, PreferencePair, RowProblem } from "./row-problems.ts";
export * from "./schedule.ts";
export * from "./sft-objective.ts";
export * from "./sft.ts";
export * from "./step.ts";
export type { TrainingOutcome, TrainingTask } from "./train.ts";
