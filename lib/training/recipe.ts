import { z } from "zod";

/** Settings of supervised fine-tuning. The defaults are the household student's. */
export const sftRecipeSchema = z.object({
  seed: z.union([z.number(), z.string()]),
  /** Rows a step. */
  batchSize: z.number().int().positive().default(16),
  /** Tokens a step at most, padding included: longer rows share a step with fewer. */
  batchTokens: z.number().int().positive().default(2560),
  epochs: z.number().int().positive().default(1),
  learningRate: z.number().positive().default(5e-3),
  warmupSteps: z.number().int().positive().default(50),
  /** Last learning rate as a share of the highest. */
  finalShare: z.number().min(0).max(1).default(0.05),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0.01),
  clipNorm: z.number().positive().default(1),
  /** Steps between checkpoints. */
  checkpointEvery: z.number().int().positive().default(250),
  /** Token counts at which the model is saved for a learning curve. */
  snapshots: z.array(z.number().int().positive()).default([]),
});

export type SftRecipe = z.output<typeof sftRecipeSchema>;
export type SftRecipeInput = z.input<typeof sftRecipeSchema>;
