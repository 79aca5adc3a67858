import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../base/index.ts";
import type { Shard } from "./shards.ts";

const ENTRY = /^\{"task":(\d+),"row":/;
const NEWLINE = 0x0a;

/**
 * Results as they come, in a file of lines `{"task":N,"row":…}` behind a line with the plan's hash. Lines are appended
 * shard by shard; a killed process may leave a torn last line, which is cut off. Of a task's lines the first counts. In
 * memory there is only where each task's line lies.
 */
export class Journal {
  readonly #file: string;
  readonly #handle: number;
  /** Start of each task's row in the file, -1 where there is none yet; and its length in bytes. */
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;
  #size = 0;
  #done = 0;

  private constructor(file: string, handle: number, tasks: number) {
    this.#file = file;
    this.#handle = handle;
    this.#starts = new Float64Array(tasks).fill(-1);
    this.#lengths = new Uint32Array(tasks);
  }

  /** Continues the journal of this plan, or begins one where there is none, or one of another plan. */
  static open(file: string, plan: string, tasks: number): Journal {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const header = JSON.stringify({ plan, tasks });
    const handle = fs.openSync(file, fs.existsSync(file) ? "r+" : "w+");
    const journal = new Journal(file, handle, tasks);
    let known = false;
    let number = 0;
    for (const { text, start, bytes } of wholeLines(handle)) {
      if (number++ === 0) {
        known = text === header;
        if (!known) break;
      } else journal.#index(text, start, bytes, number);
      journal.#size = start + bytes + 1;
    }
    fs.ftruncateSync(handle, journal.#size);
    if (!known) journal.#append(`${header}\n`);
    return journal;
  }

  /** Tasks that are in it. */
  get done(): number {
    return this.#done;
  }

  /** Whether all of these tasks are in it. */
  has({ first, tasks }: Pick<Shard, "first" | "tasks">): boolean {
    return this.#starts.subarray(first, first + tasks).every((start) => start >= 0);
  }

  /** Adds the rows (JSON) of consecutive tasks; those that are in it already are left out. */
  add(first: number, rows: readonly string[]): void {
    const text: string[] = [];
    let at = this.#size;
    rows.forEach((row, i) => {
      const task = first + i;
      if (this.#starts[task] >= 0) return;
      const line = `{"task":${task},"row":${row}}\n`;
      text.push(line);
      const bytes = Buffer.byteLength(line);
      this.#index(line.slice(0, -1), at, bytes - 1);
      at += bytes;
    });
    this.#append(text.join(""));
  }

  /** The rows of tasks `from` to `to - 1`, in order; all must be there. */
  *rows(from: number, to: number): Generator<string> {
    for (let task = from; task < to; task++) {
      if (this.#starts[task] < 0) throw new Error(`internal error: ${this.#file} has no task ${task}`);
      const row = Buffer.allocUnsafe(this.#lengths[task]);
      fs.readSync(this.#handle, row, 0, row.length, this.#starts[task]);
      yield row.toString("utf8");
    }
  }

  close(): void {
    fs.closeSync(this.#handle);
  }

  /** Closes it and deletes the file. */
  remove(): void {
    this.close();
    fs.rmSync(this.#file);
  }

  #append(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      at += fs.writeSync(this.#handle, bytes, at, bytes.length - at, this.#size + at);
    }
    this.#size += bytes.length;
  }

  #index(text: string, start: number, bytes: number, line?: number): void {
    const entry = ENTRY.exec(text);
    const task = Number(entry?.[1]);
    if (entry === null || !text.endsWith("}") || task >= this.#starts.length)
      throw new UserError(
        `${this.#file}:${line}: no line of this journal: ${text.slice(0, 100)}; delete the file to start anew`,
      );
    if (this.#starts[task] >= 0) return;
    this.#starts[task] = start + entry[0].length;
    this.#lengths[task] = bytes - entry[0].length - 1;
    this.#done++;
  }
}

/** The lines of a file that end, with their places in bytes; read in pieces. */
function* wholeLines(handle: number): Generator<{ text: string; start: number; bytes: number }> {
  const piece = Buffer.allocUnsafe(1 << 20);
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for (let at = 0; ;) {
    const count = fs.readSync(handle, piece, 0, piece.length, at);
    if (count === 0) return;
    at += count;
    rest = Buffer.concat([rest, piece.subarray(0, count)]);
    let from = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, from)) {
      yield { text: rest.toString("utf8", from, end), start: start + from, bytes: end - from };
      from = end + 1;
    }
    rest = rest.subarray(from);
    start += from;
  }
}
