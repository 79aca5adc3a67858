import { tf, type Scalar, type Tensor, type Variable } from "../model/index.ts";

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled; on all weights, norms and embeddings too, as `torch.optim.AdamW` does with one parameter group. */
  readonly weightDecay: number;
  /** Gradients are scaled down to this global L2 norm; absent: never. */
  readonly clipNorm?: number;
}

/** AdamW (Loshchilov & Hutter 2019) over one flat vector, with PyTorch's formulas. */
export class AdamW {
  readonly #options: AdamWOptions;
  readonly #mean: Variable;
  readonly #square: Variable;
  /** Updates made. */
  step = 0;

  constructor(size: number, options: AdamWOptions) {
    this.#options = options;
    this.#mean = tf.variable(tf.zeros([size]), false);
    this.#square = tf.variable(tf.zeros([size]), false);
  }

  /** Changes `weights` in place and returns the gradient's norm before clipping. Call inside `tf.tidy`. */
  update(weights: Variable, gradient: Tensor, learningRate: number): Scalar {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    this.step++;
    const norm = tf.sqrt(tf.sum(tf.square(gradient))) as Scalar;
    const g = clipNorm === undefined ? gradient : tf.mul(gradient, tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6))));
    this.#mean.assign(tf.add(tf.mul(this.#mean, beta1), tf.mul(g, 1 - beta1)));
    this.#square.assign(tf.add(tf.mul(this.#square, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const scale = learningRate / (1 - beta1 ** this.step);
    const root = tf.mul(tf.sqrt(this.#square), 1 / Math.sqrt(1 - beta2 ** this.step));
    const change = tf.div(tf.mul(this.#mean, scale), tf.add(root, epsilon));
    weights.assign(tf.sub(tf.mul(weights, 1 - learningRate * weightDecay), change));
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
  }
}
