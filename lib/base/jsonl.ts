import * as fs from "node:fs";
import * as path from "node:path";
import { once } from "node:events";
import * as readline from "node:readline";
import { createGunzip, createGzip } from "node:zlib";
import { finished } from "node:stream/promises";
import { UserError } from "./errors.ts";

/**
 * Reads a `.jsonl` or `.jsonl.gz` file as a stream: memory does not grow with the number of rows. `parse` checks one
 * value; what it throws is reported with file and line.
 */
export async function* readJsonl<T>(file: string, parse: (value: unknown) => T): AsyncGenerator<T> {
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such file`);
  const raw = fs.createReadStream(file);
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  raw.on("error", (error) => input.destroy(error));
  let line = 0;
  for await (const text of lines(input, file)) {
    line++;
    if (text.trim() === "") continue;
    let row: T;
    try {
      row = parse(JSON.parse(text) as unknown);
    } catch (error) {
      throw new UserError(`${file}:${line}: ${(error as Error).message} in ${text.slice(0, 200)}`);
    }
    yield row;
  }
}

/** All rows of such a file at once, for files that fit into memory. */
export async function readJsonlRows<T>(file: string, parse: (value: unknown) => T): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of readJsonl(file, parse)) rows.push(row);
  return rows;
}

async function* lines(input: NodeJS.ReadableStream, file: string): AsyncGenerator<string> {
  try {
    yield* readline.createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

/** Writes rows to `.jsonl` or `.jsonl.gz` under a temporary name; `close` renames, so a killed writer leaves no half file. */
export class JsonlWriter {
  readonly #file: string;
  readonly #sink: NodeJS.WritableStream & { destroy(): unknown };
  readonly #out: fs.WriteStream;
  rows = 0;

  constructor(file: string) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#file = file;
    this.#out = fs.createWriteStream(`${file}.tmp`);
    if (file.endsWith(".gz")) {
      const gzip = createGzip({ level: 4 });
      gzip.pipe(this.#out);
      this.#sink = gzip;
    } else this.#sink = this.#out;
  }

  /** Waits only where the disk is behind. */
  async write(row: unknown): Promise<void> {
    this.rows++;
    if (!this.#sink.write(JSON.stringify(row) + "\n")) await once(this.#sink, "drain");
  }

  async close(): Promise<void> {
    this.#sink.end();
    await finished(this.#out);
    fs.renameSync(`${this.#file}.tmp`, this.#file);
  }
}
