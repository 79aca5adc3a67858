/** Training the student: supervised fine-tuning with checkpoints that continue bit for bit. */
export * from "./batches.ts";
export * from "./metrics.ts";
export * from "./optimizer.ts";
export * from "./recipe.ts";
export * from "./schedule.ts";
export * from "./sft.ts";
export * from "./step.ts";
