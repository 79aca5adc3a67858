import * as fs from "node:fs";
import * as path from "node:path";
import { JsonlWriter, readJsonl, UserError, type OnProgress } from "../../base/index.ts";
import type { Trajectory } from "../trajectory.ts";
import type { Format, TrajectoryFormat } from "./format.ts";
import { readDocument, readArrayRecords } from "./read-records.ts";

/**
 * What the records of a file are, one by one. Throws `UserError` with file, line and value where a record is none of
 * the format's.
 */
export async function* readForeign<T>(file: string, format: Format<T>): AsyncGenerator<T> {
  const name = path.basename(file).replace(/(\.jsonl?|\.gz)+$/, "");
  const read = (record: unknown, index: number, place: string): T => {
    try {
      return format.read(record, { file: name, index });
    } catch (error) {
      throw new UserError(`${place}: ${(error as Error).message}`);
    }
  };
  if (format.layout === "document") {
    yield read(readDocument(file), 0, file);
    return;
  }
  let rows = 0;
  if (/\.jsonl(\.gz)?$/.test(file)) yield* readJsonl(file, (row) => format.read(row, { file: name, index: rows++ }));
  else for await (const { record, index, place } of readArrayRecords(file)) yield read(record, index, place);
}

/** Writes values in a foreign format and resolves to the number of records. A killed writer leaves no half file. */
export async function writeForeign<T>(
  file: string,
  values: AsyncIterable<T> | Iterable<T>,
  format: Format<T>,
  onProgress?: OnProgress,
): Promise<number> {
  const sink = format.layout === "lines" ? new JsonlWriter(file) : new JsonArrayWriter(file);
  try {
    for await (const value of values) {
      if (format.layout === "document") {
        if (sink.rows > 0)
          throw new UserError(`${file}: ${format.title}: one file holds one trajectory; use --limit 1`);
        (sink as JsonArrayWriter).document(format.write(value));
      } else await sink.write(format.write(value));
      if (sink.rows % 500 === 0) onProgress?.({ done: sink.rows, total: sink.rows });
    }
    await sink.close();
  } catch (error) {
    fs.rmSync(`${file}.tmp`, { force: true });
    throw error;
  }
  onProgress?.({ done: sink.rows, total: sink.rows });
  return sink.rows;
}

/** Neighbouring trajectories that make one record of the format. */
export async function* recordGroups(
  trajectories: AsyncIterable<Trajectory> | Iterable<Trajectory>,
  format: TrajectoryFormat,
): AsyncGenerator<Trajectory[]> {
  let group: Trajectory[] = [];
  let key: string | null = null;
  for await (const trajectory of trajectories) {
    const next = format.group(trajectory);
    if (group.length > 0 && (next === null || next !== key)) {
      yield group;
      group = [];
    }
    group.push(trajectory);
    key = next;
  }
  if (group.length > 0) yield group;
}

/** Writes a JSON array, one record a line, under a temporary name; `close` renames. */
class JsonArrayWriter {
  readonly #file: string;
  readonly #handle: number;
  #whole = false;
  rows = 0;

  constructor(file: string) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#file = file;
    this.#handle = fs.openSync(`${file}.tmp`, "w");
  }

  /** The file is this value and nothing else. */
  document(value: unknown): void {
    this.#whole = true;
    this.rows++;
    fs.writeSync(this.#handle, JSON.stringify(value, null, 2) + "\n");
  }

  write(row: unknown): Promise<void> {
    fs.writeSync(this.#handle, `${this.rows++ === 0 ? "[\n" : ",\n"}${JSON.stringify(row)}`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#whole) fs.writeSync(this.#handle, this.rows === 0 ? "[]\n" : "\n]\n");
    fs.closeSync(this.#handle);
    fs.renameSync(`${this.#file}.tmp`, this.#file);
    return Promise.resolve();
  }
}
