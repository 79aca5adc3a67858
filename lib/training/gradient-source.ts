import { BatchGradients, type Share } from "./batch-gradients.ts";
import type { Llama } from "../model/index.ts";
import type { Gradient, Objective } from "./objective.ts";

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
  const gradients = new BatchGradients(objective, model);
  return {
    ways: 1,
    gradient: (shares) => Promise.resolve(gradients.sum(shares)),
    close: () => {
      gradients.dispose();
      return Promise.resolve();
    },
  };
}
