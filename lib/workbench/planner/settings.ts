import { z } from "zod";

const share = z.number().min(0).max(1);
const count = z.number().int().positive();

const requestsSchema = z.strictObject({
  /** Requests of one step. */
  single: count,
  /** Batches of six requests, of 1 to 6 steps. */
  batches: count,
});

/** Settings of the embedded bot-with-plan experiment, beside those of the student and its training. */
export const plannerSchema = z.strictObject({
  /** Requests of the training split that the teacher plans for (bot-with-plan: 20 and 460 batches). */
  requests: requestsSchema,
  /** How often a simulated search brings nothing, or only a part. */
  searchFailures: z.strictObject({ noAnswer: share, partialAnswer: share }),
  /** Steps of an episode at most, the final answer included. */
  maxSteps: count,
  /** Episodes become training rows where the judge rates their final answer so or better. */
  ratingThreshold: z.number().min(1).max(5),
  /** Rows set apart, on which the loss is measured. */
  validationRows: count,
  /** What is learnt: the plan, or the prompt too. */
  mask: z.enum(["completion", "full"]),
  evaluation: requestsSchema.extend({
    /** `valid` to choose settings on, `test` for the report. */
    split: z.enum(["valid", "test"]),
    /** Runs of each series; they differ in what fails in the simulated tools. */
    runs: count,
    /** Most tokens of a plan. */
    planTokens: count,
  }),
  /** Questions that are answered with real tools, from the same split. */
  generalisation: requestsSchema.extend({
    /** HotpotQA's questions of each level, where the data folder has them. */
    hotpot: z.number().int().nonnegative(),
  }),
});
export type PlannerSettings = z.output<typeof plannerSchema>;
