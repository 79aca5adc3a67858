export interface ScheduleOptions {
  /** Highest learning rate, reached after the warm-up. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Last learning rate as a share of the highest. */
  readonly finalShare: number;
}

/** Learning rate of a step (counted from 0): linear warm-up, then half a cosine down to `finalShare`. */
export function learningRateAt(
  step: number,
  steps: number,
  { learningRate, warmupSteps, finalShare }: ScheduleOptions,
): number {
  const warmup = Math.min(1, (step + 1) / warmupSteps);
  const cosine = 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  return learningRate * warmup * (cosine * (1 - finalShare) + finalShare);
}
