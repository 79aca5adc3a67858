import { UserError } from "../base/index.ts";
import { Decoder } from "./decode.ts";
import type { Llama } from "./llama.ts";
import { tokenLogprobs } from "./logprobs.ts";
import { Row, type GeneratedToken, type RowDriver, type RowRules } from "./row.ts";
import { bestToken, drawToken, type Sampling } from "./sampling.ts";
import { tf, type Tensor2D } from "./tensorflow.ts";

export interface BatchRules extends RowRules {
  /** Most rows at once. */
  readonly rows: number;
  /** Absent: the best token is taken. */
  readonly sampling?: Sampling;
  readonly logprobs?: number;
}

/** Rows that are decoded side by side, and the drivers that wait for a place among them. */
export class Batch {
  readonly #rules: BatchRules;
  readonly #drivers: readonly RowDriver[];
  readonly #decoder: Decoder;
  readonly #vocabulary: number;
  /** As the decoder has them; those that have ended go when enough of them have gathered. */
  #rows: Row[] = [];
  #started = 0;
  #finished = 0;

  constructor(model: Llama, drivers: readonly RowDriver[], rules: BatchRules) {
    this.#rules = rules;
    this.#drivers = drivers;
    this.#decoder = new Decoder(model);
    this.#vocabulary = model.config.vocab_size;
  }

  /** Rows that have ended. */
  get finished(): number {
    return this.#finished;
  }

  /** Tokens of the longest row. */
  get columns(): number {
    return this.#decoder.columns;
  }

  /** Brings either new rows to their first choice, or all rows a few tokens further. Returns false where none is left. */
  async step(): Promise<boolean> {
    const arrived = this.#refill();
    if (arrived.length > 0) {
      await this.#advance(arrived, () => this.#decoder.add(arrived.map((row) => row.take(row.pending))));
      return true;
    }
    const living = this.#rows.filter(({ ended }) => !ended);
    if (living.length === 0) return false;
    const count = Math.min(...living.map(({ pending }) => pending));
    const ids = new Int32Array(this.#rows.length * count);
    this.#rows.forEach((row, i) => row.ended || ids.set(row.take(count), i * count));
    const choosing = this.#rows.map((row) => (row.ended || row.pending > 0 ? null : row));
    await this.#advance(choosing, () => this.#decoder.feed(ids));
    return true;
  }

  dispose(): void {
    this.#decoder.dispose();
    for (const row of this.#rows) row.release();
  }

  /** Lets drivers that wait take free places; returns their rows. */
  #refill(): Row[] {
    const waiting = this.#drivers.length - this.#started;
    const places = waiting > 0 ? this.#rules.rows : this.#rows.length;
    const living = this.#rows.flatMap(({ ended }, i) => (ended ? [] : [i]));
    // To drop and to take in rows copies the whole memory, about as costly as a step: worth it for an eighth of the rows.
    if (places - living.length < Math.max(1, places >> 3)) return [];
    if (living.length < this.#rows.length) this.#decoder.keepRows(living);
    this.#rows = living.map((i) => this.#rows[i]);
    const arrived: Row[] = [];
    while (this.#started < this.#drivers.length && this.#rows.length < this.#rules.rows) {
      const row = new Row(this.#drivers[this.#started], this.#started++, this.#rules);
      if (row.ended) {
        this.#finished++;
        continue;
      }
      this.#rows.push(row);
      arrived.push(row);
    }
    return arrived;
  }

  /** Feeds, then lets the rows that have been told all take in the model's choice; `rows` are those of the logits. */
  async #advance(rows: readonly (Row | null)[], feed: () => Tensor2D): Promise<void> {
    const { sampling, logprobs } = this.#rules;
    const needsLogits = sampling !== undefined || logprobs !== undefined || rows.some((row) => row?.constraint);
    const values = tf.tidy(() => {
      const logits = feed();
      return (needsLogits ? logits : tf.argMax(logits, -1)).dataSync();
    });
    for (const [i, row] of rows.entries()) {
      if (row === null) continue;
      const logits = (): Float32Array =>
        (values as Float32Array).subarray(i * this.#vocabulary, (i + 1) * this.#vocabulary);
      row.advance(needsLogits ? await this.#choose(row, logits()) : { id: values[i] });
      if (row.ended) this.#finished++;
    }
  }

  async #choose(row: Row, logits: Float32Array): Promise<GeneratedToken> {
    const { sampling, logprobs } = this.#rules;
    const allowed = (await row.constraint?.allowed()) ?? null;
    if (allowed?.length === 0) throw new UserError(`row ${row.id}: no token is allowed`);
    const id = sampling && row.random ? drawToken(logits, allowed, sampling, row.random) : bestToken(logits, allowed);
    return logprobs === undefined ? { id } : { id, ...tokenLogprobs(logits, id, logprobs) };
  }
}
