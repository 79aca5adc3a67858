import { tf, type Tensor1D, type Tensor2D } from "../model/index.ts";
import type { MetricsFile, SkippedStep, StepMetrics } from "./metrics.ts";

type Known = Pick<StepMetrics, "step" | "tokens" | "learningRate">;

export interface StepReaderOptions {
  readonly file: MetricsFile;
  /** Names of the objective's figures. */
  readonly figures: readonly string[];
  /** Seen before the first step that will be added. */
  readonly tokens: number;
  /** A step whose figures are not finite was skipped by the optimizer, and is not an error. */
  readonly skipNonFinite: boolean;
  readonly onMetrics?: (rows: readonly StepMetrics[]) => void;
}

/** Collects the figures of several steps on the device and reads them together. */
export class StepReader {
  readonly #options: StepReaderOptions;
  #waiting: { figures: Tensor1D; known: Known }[] = [];
  #since = performance.now();
  #tokens: number;
  #last: StepMetrics | undefined;

  constructor(options: StepReaderOptions) {
    this.#options = options;
    this.#tokens = options.tokens;
  }

  /** `figures`: the objective's, then the gradient norm; disposed here. */
  add(figures: Tensor1D, known: Known): void {
    this.#waiting.push({ figures, known });
  }

  /** Reads what waits, passes it on and returns the last step. Throws where a loss or gradient is not finite. */
  read(): StepMetrics | undefined {
    if (this.#waiting.length === 0) return this.#last;
    const waiting = this.#waiting;
    this.#waiting = [];
    const figures = waiting.map((row) => row.figures);
    const values = tf.tidy(() => (tf.stack(figures) as Tensor2D).arraySync());
    tf.dispose(figures);
    const now = performance.now();
    const { tokens } = waiting[waiting.length - 1].known;
    const tokensPerSecond = Math.round(((tokens - this.#tokens) / (now - this.#since)) * 1000);
    this.#since = now;
    this.#tokens = tokens;
    const rows = waiting.map(({ known }, i) => this.#row(known, values[i], tokensPerSecond));
    this.#options.file.append(rows);
    const done = rows.filter((row): row is StepMetrics => !("skipped" in row));
    this.#last = done.at(-1) ?? this.#last;
    if (done.length > 0) this.#options.onMetrics?.(done);
    return this.#last;
  }

  #row(known: Known, values: readonly number[], tokensPerSecond: number): StepMetrics | SkippedStep {
    const { figures, skipNonFinite } = this.#options;
    const named = Object.fromEntries(figures.map((name, i) => [name, values[i]]));
    const [loss, gradNorm] = [values[0], values[figures.length]];
    if (Number.isFinite(loss) && Number.isFinite(gradNorm))
      return { ...known, ...named, loss, gradNorm, tokensPerSecond };
    if (skipNonFinite) return { step: known.step, skipped: true };
    throw new Error(
      `training diverged at step ${known.step}: loss ${loss}, gradient norm ${gradNorm}, learning rate ${known.learningRate}: try a lower learning rate`,
    );
  }

  dispose(): void {
    tf.dispose(this.#waiting.map((row) => row.figures));
  }
}
