import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Rows to train on, read one at a time, so that they need not all be in memory. */
export interface RowSource<Row> {
  readonly count: number;
  /** Of all rows together. */
  readonly tokens: number;
  /** Over all rows in their order: equal rows, equal hash. */
  readonly hash: string;
  /** Tokens of row `index`; of a pair, those of its longer side. */
  length(index: number): number;
  read(index: number): Row;
  close(): void;
}

export interface RowKind<Row> {
  /** Tokens that decide which rows share a batch. */
  length(row: Row): number;
  tokens(row: Row): number;
}

/** Rows that are in memory anyway. */
export function rowsInMemory<Row>(rows: readonly Row[], kind: RowKind<Row>): RowSource<Row> {
  const hash = createHash("sha256");
  for (const row of rows) hash.update(JSON.stringify(row) + "\n");
  return {
    count: rows.length,
    tokens: rows.reduce((sum, row) => sum + kind.tokens(row), 0),
    hash: hash.digest("hex"),
    length: (index) => kind.length(rows[index]),
    read: (index) => rows[index],
    close: () => undefined,
  };
}

const RECORD = 16; // an index entry: offset (8 bytes), size in bytes (4), length in tokens (4)

/**
 * Writes rows as they come to `rows.jsonl` in `folder`, with an index beside it, and gives them back in any order.
 * Memory does not grow with the number of rows: both files are read in place.
 */
export async function storeRows<Row>(
  rows: AsyncIterable<Row>,
  folder: string,
  kind: RowKind<Row>,
): Promise<RowSource<Row>> {
  fs.mkdirSync(folder, { recursive: true });
  const [dataFile, indexFile] = [path.join(folder, "rows.jsonl"), path.join(folder, "rows.index")];
  const data = fs.openSync(dataFile, "w+");
  const index = fs.openSync(indexFile, "w+");
  const hash = createHash("sha256");
  const entries = new Pending(index);
  const lines = new Pending(data);
  let [count, offset, tokens] = [0, 0, 0];
  for await (const row of rows) {
    const line = Buffer.from(JSON.stringify(row) + "\n", "utf8");
    hash.update(line);
    const entry = Buffer.alloc(RECORD);
    entry.writeDoubleLE(offset, 0);
    entry.writeUInt32LE(line.length, 8);
    entry.writeUInt32LE(kind.length(row), 12);
    entries.add(entry);
    lines.add(line);
    offset += line.length;
    tokens += kind.tokens(row);
    count++;
  }
  entries.flush();
  lines.flush();
  const entryOf = (row: number): Buffer => read(index, RECORD, row * RECORD);
  return {
    count,
    tokens,
    hash: hash.digest("hex"),
    length: (row) => entryOf(row).readUInt32LE(12),
    read: (row) => {
      const entry = entryOf(row);
      const line = read(data, entry.readUInt32LE(8), entry.readDoubleLE(0));
      return JSON.parse(line.toString("utf8")) as Row;
    },
    close: () => {
      for (const handle of [data, index]) fs.closeSync(handle);
      for (const file of [dataFile, indexFile]) fs.rmSync(file, { force: true });
    },
  };
}

/** Gathers small writes into large ones. */
class Pending {
  readonly #handle: number;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(handle: number) {
    this.#handle = handle;
  }

  add(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > 1 << 20) this.flush();
  }

  flush(): void {
    fs.writeFileSync(this.#handle, Buffer.concat(this.#parts)); // goes on where the last one ended
    this.#parts = [];
    this.#size = 0;
  }
}

function read(handle: number, size: number, position: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  const got = fs.readSync(handle, buffer, 0, size, position);
  if (got !== size) throw new Error(`internal error: ${got} of ${size} bytes at ${position} of the row store`);
  return buffer;
}
