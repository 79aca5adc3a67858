import { Compiled, tf, type Llama, type Tensor, type Tensor1D } from "../model/index.ts";
import type { Gradient, Objective } from "./objective.ts";

/** One batch of a step, as it goes to whoever computes its gradient. */
export interface Share<Batch> {
  readonly batch: Batch;
  readonly dropoutSeed?: number;
}

/** Figures and gradients of batches, computed here. The base's weights must stay as they are where an adapter is trained. */
export class BatchGradients<Row, Batch extends { readonly tokens: number }> {
  readonly objective: Objective<Row, Batch>;
  readonly model: Llama;
  readonly #compiled = new Compiled((inputs) => this.#compute(inputs));

  constructor(objective: Objective<Row, Batch>, model: Llama) {
    this.objective = objective;
    this.model = model;
  }

  /** Of one batch. `totals` are those of the step. */
  of(batch: Batch, totals = this.objective.totals(batch), dropoutSeed?: number): Gradient {
    const [figures, gradient] = tf.tidy(() => {
      const flat = { tensor: this.model.trainable, varying: [] };
      const inputs = [flat, ...this.objective.inputs(this.model, batch, totals)];
      // Dropout draws other numbers each time, which a graph does not.
      const drops = dropoutSeed !== undefined && (this.model.adapter?.config.lora_dropout ?? 0) > 0;
      const tensors = inputs.map(({ tensor }) => tensor);
      return drops ? this.#compute(tensors, dropoutSeed) : this.#compiled.run(inputs);
    });
    return { figures, gradient } as Gradient;
  }

  /** Of several batches, as if they were one. `totals` are those of the step. */
  sum(shares: readonly Share<Batch>[], totals = totalsOf(this.objective, shares)): Gradient {
    const [first, ...others] = shares;
    return others.reduce(
      (sum, { batch, dropoutSeed }) => addUp(sum, this.of(batch, totals, dropoutSeed)),
      this.of(first.batch, totals, first.dropoutSeed),
    );
  }

  dispose(): void {
    this.#compiled.dispose();
  }

  #compute([flat, ...inputs]: readonly Tensor[], dropoutSeed?: number): Tensor[] {
    let figures: Tensor1D | undefined;
    const [gradient] = tf.grads((flat) => {
      const parts = this.objective.parts(this.model, flat, inputs, dropoutSeed);
      figures = tf.keep(tf.stack([...parts])) as Tensor1D;
      return parts[0];
    })([flat]);
    const kept = tf.clone(figures as Tensor1D);
    figures?.dispose();
    return [kept, gradient];
  }
}

/** Element by element, over all batches of a step: what `Objective.inputs` divides by. */
export function totalsOf<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  shares: readonly Share<Batch>[],
): readonly number[] {
  return shares.map(({ batch }) => objective.totals(batch)).reduce((a, b) => a.map((x, i) => x + b[i]));
}

/** The sum; what went in is disposed. */
export function addUp(a: Gradient, b: Gradient): Gradient {
  const sum = { figures: tf.add(a.figures, b.figures), gradient: tf.add(a.gradient, b.gradient) };
  tf.dispose([a.figures, a.gradient, b.figures, b.gradient]);
  return sum as Gradient;
}
