import { z } from "zod";
import { PREFERENCE_LOSSES } from "./preference-loss.ts";
import { SCHEDULES } from "./schedule.ts";

/** What every kind of training has to know. The defaults are the household student's. */
const common = {
  seed: z.union([z.number(), z.string()]),
  /** Rows (or pairs) a batch. */
  batchSize: z.number().int().positive().default(16),
  /** Tokens a batch at most, padding included: longer rows share a batch with fewer. */
  batchTokens: z.number().int().positive().default(2560),
  /** Batches a step: their gradients are added up, as if they were one. */
  accumulate: z.number().int().positive().default(1),
  epochs: z.number().int().positive().default(1),
  learningRate: z.number().positive().default(3e-3),
  schedule: z.enum(SCHEDULES).default("cosine"),
  warmupSteps: z.number().int().nonnegative().default(50),
  /** Of the cosine schedule: last learning rate as a share of the highest. */
  finalShare: z.number().min(0).max(1).default(0.05),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0.01),
  /** Weights that are not decayed: those whose name contains one of these, such as "norm". */
  noDecay: z.array(z.string().min(1)).default([]),
  /** Gradients are scaled down to this global norm; null: never. */
  clipNorm: z.number().positive().nullable().default(1),
  /** A row that cannot be trained on: stop and name it, or leave it out and count it. */
  onBadRow: z.enum(["error", "drop"]).default("error"),
  /** A step whose loss or gradient is not finite: stop and name it, or leave the weights as they are and count it. */
  onNonFinite: z.enum(["error", "skip"]).default("error"),
  /** Steps between checkpoints. */
  checkpointEvery: z.number().int().positive().default(250),
  /** Token counts at which the model is saved for a learning curve. */
  snapshots: z.array(z.number().int().positive()).default([]),
};

/** Settings of supervised fine-tuning. */
export const sftRecipeSchema = z.object({
  ...common,
  /** Tokens a line: short rows are packed into lines of at most so many. Absent: one row a line. */
  packedLength: z.number().int().positive().optional(),
});
export type SftRecipe = z.output<typeof sftRecipeSchema>;
export type SftRecipeInput = z.input<typeof sftRecipeSchema>;

/** Settings of learning from pairs, see `preference-loss.ts`. */
export const preferenceRecipeSchema = z.object({
  ...common,
  loss: z.enum(PREFERENCE_LOSSES).default("rpo_paper"),
  beta: z.number().positive().default(0.5),
  alpha: z.number().nonnegative().default(1),
});
export type PreferenceRecipe = z.output<typeof preferenceRecipeSchema>;
export type PreferenceRecipeInput = z.input<typeof preferenceRecipeSchema>;

/** What the training loop itself reads. */
export type TrainingRecipe = SftRecipe | PreferenceRecipe;
