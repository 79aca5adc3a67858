import { tf, type Tensor1D, type Tensor2D } from "../model/index.ts";
import type { MetricsFile, StepMetrics } from "./metrics.ts";

type Known = Pick<StepMetrics, "step" | "tokens" | "learningRate">;

/** Collects the figures of several steps on the device and reads them together. */
export class StepReader {
  readonly #file: MetricsFile;
  readonly #onMetrics: ((rows: readonly StepMetrics[]) => void) | undefined;
  #waiting: { figures: Tensor1D; known: Known }[] = [];
  #since = performance.now();
  #tokens: number;
  #last: StepMetrics | undefined;

  /** `tokens`: seen before the first step that will be added. */
  constructor(file: MetricsFile, tokens: number, onMetrics?: (rows: readonly StepMetrics[]) => void) {
    this.#file = file;
    this.#tokens = tokens;
    this.#onMetrics = onMetrics;
  }

  /** `figures` [3]: loss, action loss, gradient norm; disposed here. */
  add(figures: Tensor1D, known: Known): void {
    this.#waiting.push({ figures, known });
  }

  /** Reads what waits, passes it on and returns the last step. Throws where a loss or gradient is not finite. */
  read(): StepMetrics | undefined {
    if (this.#waiting.length === 0) return this.#last;
    const waiting = this.#waiting;
    this.#waiting = [];
    const figures = waiting.map((row) => row.figures);
    const values = tf.tidy(() => (tf.stack(figures) as Tensor2D).dataSync());
    tf.dispose(figures);
    const now = performance.now();
    const { tokens } = waiting[waiting.length - 1].known;
    const tokensPerSecond = Math.round(((tokens - this.#tokens) / (now - this.#since)) * 1000);
    this.#since = now;
    this.#tokens = tokens;
    const rows = waiting.map(({ known: { step, tokens, learningRate } }, i) => {
      const [loss, actionLoss, gradNorm] = values.slice(3 * i, 3 * i + 3);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm))
        throw new Error(
          `training diverged at step ${step}: loss ${loss}, gradient norm ${gradNorm}, learning rate ${learningRate}: try a lower learning rate`,
        );
      return { step, tokens, loss, actionLoss, gradNorm, learningRate, tokensPerSecond };
    });
    this.#last = rows[rows.length - 1];
    this.#file.append(rows);
    this.#onMetrics?.(rows);
    return this.#last;
  }

  dispose(): void {
    tf.dispose(this.#waiting.map((row) => row.figures));
  }
}
