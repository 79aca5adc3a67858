import { tf, type Parameter, type Scalar, type Tensor, type Variable } from "../model/index.ts";

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled. */
  readonly weightDecay: number;
  /** Parameters whose name contains one of these are not decayed; by default all are, as with one group of torch's. */
  readonly noDecay?: readonly string[];
  /** Gradients are scaled down to this global L2 norm; absent or null: never. */
  readonly clipNorm?: number | null;
  /** An update whose gradient is not finite changes nothing (but counts as a step). */
  readonly skipNonFinite?: boolean;
}

/** AdamW (Loshchilov & Hutter 2019) over one flat vector, with PyTorch's formulas. */
export class AdamW {
  readonly #options: AdamWOptions;
  readonly #mean: Variable;
  readonly #square: Variable;
  /** Weight decay of each element, where they differ. */
  readonly #decay: Tensor | undefined;
  /** Updates made. */
  step = 0;

  constructor(layout: readonly Parameter[], options: AdamWOptions) {
    this.#options = options;
    const size = layout.reduce((sum, parameter) => sum + parameter.size, 0);
    this.#mean = tf.tidy(() => tf.variable(tf.zeros([size]), false));
    this.#square = tf.tidy(() => tf.variable(tf.zeros([size]), false));
    const { noDecay = [], weightDecay } = options;
    const free = layout.filter(({ name }) => noDecay.some((part) => name.includes(part)));
    if (free.length > 0) {
      const decay = new Float32Array(size).fill(weightDecay);
      for (const { offset, size } of free) decay.fill(0, offset, offset + size);
      this.#decay = tf.tensor1d(decay);
    }
  }

  /** Changes `weights` in place and returns the gradient's norm before clipping. Call inside `tf.tidy`. */
  update(weights: Variable, gradient: Tensor, learningRate: number): Scalar {
    const { beta1, beta2, epsilon, weightDecay, clipNorm, skipNonFinite = false } = this.#options;
    this.step++;
    const norm = tf.sqrt(tf.sum(tf.square(gradient))) as Scalar;
    const g = clipNorm == null ? gradient : tf.mul(gradient, tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6))));
    const finite = tf.isFinite(norm);
    const assign = (variable: Variable, value: Tensor): void =>
      variable.assign(skipNonFinite ? tf.where(finite, value, variable) : value);
    const mean = tf.add(tf.mul(this.#mean, beta1), tf.mul(g, 1 - beta1));
    const square = tf.add(tf.mul(this.#square, beta2), tf.mul(tf.square(g), 1 - beta2));
    const scale = learningRate / (1 - beta1 ** this.step);
    const root = tf.mul(tf.sqrt(square), 1 / Math.sqrt(1 - beta2 ** this.step));
    const change = tf.div(tf.mul(mean, scale), tf.add(root, epsilon));
    const kept = this.#decay ? tf.sub(1, tf.mul(this.#decay, learningRate)) : 1 - learningRate * weightDecay;
    assign(weights, tf.sub(tf.mul(weights, kept), change));
    assign(this.#mean, mean);
    assign(this.#square, square);
    return norm;
  }

  /** Both moments, for a checkpoint. */
  state(): { mean: Float32Array; square: Float32Array } {
    return { mean: this.#mean.dataSync() as Float32Array, square: this.#square.dataSync() as Float32Array };
  }

  restore(step: number, mean: Float32Array, square: Float32Array): void {
    this.step = step;
    tf.tidy(() => {
      this.#mean.assign(tf.tensor1d(mean));
      this.#square.assign(tf.tensor1d(square));
    });
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#square]);
    this.#decay?.dispose();
  }
}
