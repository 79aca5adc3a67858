export const SCHEDULES = ["cosine", "linear", "constant_with_warmup"] as const;

export interface ScheduleOptions {
  /** Names and formulas of Hugging Face transformers; `cosine` with a `finalShare` above 0 is its `cosine_with_min_lr`. */
  readonly schedule: (typeof SCHEDULES)[number];
  /** Highest learning rate, reached after the warm-up. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Of `cosine`: the last learning rate as a share of the highest. */
  readonly finalShare: number;
}

/** Learning rate of a step, counted from 0, of `steps`. The first step of a warm-up has a learning rate of 0. */
export function learningRateAt(step: number, steps: number, options: ScheduleOptions): number {
  const { schedule, learningRate, warmupSteps, finalShare } = options;
  if (step < warmupSteps) return learningRate * (step / warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  switch (schedule) {
    case "cosine":
      return learningRate * (0.5 * (1 + Math.cos(Math.PI * progress)) * (1 - finalShare) + finalShare);
    case "linear":
      return learningRate * Math.max(0, 1 - progress);
    case "constant_with_warmup":
      return learningRate;
  }
}
