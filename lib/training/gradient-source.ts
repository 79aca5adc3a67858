import type { Llama } from "../model/index.ts";
import type { Gradient, Objective } from "./objective.ts";
import { stepGradient, totalsOf, type Share } from "./step.ts";

/** Computes the gradients of a training run's steps. */
export interface GradientSource<Batch> {
  /** Into how many batches the rows of one are best cut. */
  readonly ways: number;
  gradient(shares: readonly Share<Batch>[]): Promise<Gradient>;
  close(): Promise<void>;
}

/** In this thread. */
export function localGradients<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  model: Llama,
): GradientSource<Batch> {
  return {
    ways: 1,
    gradient: (shares) => Promise.resolve(stepGradient(objective, model, shares, totalsOf(objective, shares))),
    close: () => Promise.resolve(),
  };
}
