import { Decoder } from "./decode.ts";
import type { Llama } from "./llama.ts";
import { Row, type RowDriver, type RowRules } from "./row.ts";
import { tf, type Tensor2D } from "./tensorflow.ts";

/** A driver's place in the batch, or in the queue for one. */
export interface Place {
  /** Calls it off: before the next step the driver is told `end("cancelled")`. No effect where it has ended. */
  cancel(): void;
}

/** A driver, from `add` on. */
class Member implements Place {
  readonly driver: RowDriver;
  readonly rules: RowRules;
  readonly index: number;
  row: Row | null = null;
  isCancelled = false;

  constructor(driver: RowDriver, rules: RowRules, index: number) {
    this.driver = driver;
    this.rules = rules;
    this.index = index;
  }

  cancel(): void {
    this.isCancelled = true;
  }
}

/**
 * Rows that are decoded side by side, and the drivers that wait for a place among them. Drivers may come at any time;
 * rows enter and leave between two steps.
 */
export class Batch {
  readonly #places: number;
  readonly #patience: number;
  readonly #decoder: Decoder;
  readonly #vocabulary: number;
  /** As the decoder has them; those that have ended go when enough of them have gathered. */
  #members: (Member & { row: Row })[] = [];
  #waiting: Member[] = [];
  #added = 0;
  #stepsSinceRefill = 0;
  #finished = 0;

  /**
   * @param places most rows at once
   * @param patience steps that newcomers wait while others are decoded, so that several may begin together
   */
  constructor(model: Llama, places: number, patience = 0) {
    this.#places = places;
    this.#patience = patience;
    this.#decoder = new Decoder(model);
    this.#vocabulary = model.config.vocab_size;
  }

  /** Rows that have ended. */
  get finished(): number {
    return this.#finished;
  }

  /** Rows that are being decoded. */
  get running(): number {
    return this.#members.filter(({ row }) => !row.ended).length;
  }

  /** Drivers without a place yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Tokens of the longest row. */
  get columns(): number {
    return this.#decoder.columns;
  }

  /** The driver starts when a place is free for it, after those that were added before. */
  add(driver: RowDriver, rules: RowRules): Place {
    const member = new Member(driver, rules, this.#added++);
    this.#waiting.push(member);
    return member;
  }

  /** Brings either new rows to their first choice, or all rows a few tokens further. Returns false where none is left. */
  async step(): Promise<boolean> {
    this.#dropCancelled();
    const arrived = this.#refill();
    if (arrived.length > 0) {
      await this.#advance(arrived, () => this.#decoder.add(arrived.map((row) => row.take(row.pending))));
      return true;
    }
    const rows = this.#members.map(({ row }) => row);
    const living = rows.filter(({ ended }) => !ended);
    if (living.length === 0) return this.#waiting.length > 0;
    const count = Math.min(...living.map(({ pending }) => pending));
    const ids = new Int32Array(rows.length * count);
    rows.forEach((row, i) => row.ended || ids.set(row.take(count), i * count));
    const choosing = rows.map((row) => (row.ended || row.pending > 0 ? null : row));
    await this.#advance(choosing, () => this.#decoder.feed(ids));
    return true;
  }

  dispose(): void {
    this.#decoder.dispose();
    for (const { row } of this.#members) row.release();
  }

  #dropCancelled(): void {
    for (const { row, isCancelled } of this.#members) {
      if (!isCancelled || row.ended) continue;
      row.cancel();
      this.#finished++;
    }
    if (!this.#waiting.some(({ isCancelled }) => isCancelled)) return;
    const cancelled = this.#waiting.filter(({ isCancelled }) => isCancelled);
    this.#waiting = this.#waiting.filter(({ isCancelled }) => !isCancelled);
    this.#finished += cancelled.length;
    for (const { driver } of cancelled) driver.end?.("cancelled");
  }

  /** Lets drivers that wait take free places; returns their rows. */
  #refill(): Row[] {
    const places = this.#waiting.length > 0 ? this.#places : this.#members.length;
    const living = this.#members.flatMap(({ row }, i) => (row.ended ? [] : [i]));
    // To drop and to take in rows copies the whole memory, about as costly as a step: worth it for an eighth of the rows.
    if (places - living.length < Math.max(1, places >> 3)) return [];
    if (living.length > 0 && this.#stepsSinceRefill++ < this.#patience) return [];
    this.#stepsSinceRefill = 0;
    if (living.length < this.#members.length) this.#decoder.keepRows(living);
    this.#members = living.map((i) => this.#members[i]);
    const arrived: Row[] = [];
    while (this.#waiting.length > 0 && this.#members.length < this.#places) {
      const member = this.#waiting.shift()!;
      const row = this.#start(member);
      if (row === null || row.ended) {
        this.#finished++;
        continue;
      }
      this.#members.push(Object.assign(member, { row }));
      arrived.push(row);
    }
    return arrived;
  }

  /** A new row; null where its driver could not begin and has taken the error. */
  #start({ driver, rules, index }: Member): Row | null {
    try {
      return new Row(driver, index, rules);
    } catch (error) {
      if (!driver.fail) throw error;
      driver.fail(error);
      return null;
    }
  }

  /** Feeds, then lets the rows that have been told all take in the model's choice; `rows` are those of the logits. */
  async #advance(rows: readonly (Row | null)[], feed: () => Tensor2D): Promise<void> {
    const needsLogits = rows.some((row) => row?.needsLogits);
    const values = tf.tidy(() => {
      const logits = feed();
      return (needsLogits ? logits : tf.argMax(logits, -1)).dataSync();
    });
    const size = this.#vocabulary;
    for (const [i, row] of rows.entries()) {
      if (row === null) continue;
      try {
        const logits = (): Float32Array => (values as Float32Array).subarray(i * size, (i + 1) * size);
        row.advance(needsLogits ? await row.choose(logits()) : { id: values[i] });
      } catch (error) {
        row.fail(error);
      }
      if (row.ended) this.#finished++;
    }
  }
}
