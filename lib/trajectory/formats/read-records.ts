import * as fs from "node:fs";
import { createGunzip } from "node:zlib";
import { UserError } from "../../base/index.ts";

/** A record of a file, and where it stands. */
export interface PlacedRecord {
  readonly record: unknown;
  /** From 0. */
  readonly index: number;
  /** `file:line`, the line on which it begins. */
  readonly place: string;
}

/**
 * The records of a file that is one JSON array, one by one, so that memory does not grow with it; a file that holds a
 * single JSON object is one record. Throws `UserError` with file and line where there is no JSON.
 */
export async function* readArrayRecords(file: string): AsyncGenerator<PlacedRecord> {
  let index = 0;
  for await (const { text, line } of topLevelValues(file)) {
    const place = `${file}:${line}`;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch (error) {
      throw new UserError(`${place}: ${(error as Error).message} in ${text.trim().slice(0, 200)}`);
    }
    yield { record, index: index++, place };
  }
}

/** A whole file as one JSON value. */
export function readDocument(file: string): unknown {
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such file`);
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
}

/** The texts of an array's elements with their first lines, cut without parsing the whole; else the whole text. */
async function* topLevelValues(file: string): AsyncGenerator<{ text: string; line: number }> {
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such file`);
  const raw = fs.createReadStream(file);
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  raw.on("error", (error) => input.destroy(error));
  input.setEncoding("utf8");
  const cutter = new ArrayCutter();
  try {
    for await (const chunk of input as AsyncIterable<string>) yield* cutter.push(chunk);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  yield* cutter.finish(file);
}

/** Finds where the elements of a top-level JSON array begin and end. */
class ArrayCutter {
  #line = 1;
  #depth = 0;
  #quoted = false;
  #escaped = false;
  #isArray: boolean | undefined;
  #pieces: string[] = [];
  /** Line on which the element begins; 0 before its first character. */
  #begins = 0;

  *push(chunk: string): Generator<{ text: string; line: number }> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at];
      if (character === "\n") this.#line++;
      const isSpace = character === " " || character === "\n" || character === "\r" || character === "\t";
      if (this.#isArray === undefined && !isSpace && character !== "\uFEFF") {
        this.#isArray = character === "[";
        if (this.#isArray) {
          start = at + 1;
          continue;
        }
      }
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false;
        else if (character === "\\") this.#escaped = true;
        else if (character === '"') this.#quoted = false;
        continue;
      }
      const ends = this.#isArray === true && this.#depth === 0 && (character === "," || character === "]");
      if (ends) {
        this.#pieces.push(chunk.slice(start, at));
        start = at + 1;
        yield* this.#take();
        continue;
      }
      if (this.#begins === 0 && !isSpace) this.#begins = this.#line;
      if (character === '"') this.#quoted = true;
      else if (character === "{" || character === "[") this.#depth++;
      else if (character === "}" || character === "]") this.#depth--;
    }
    this.#pieces.push(chunk.slice(start));
  }

  *finish(file: string): Generator<{ text: string; line: number }> {
    const rest = this.#pieces.join("").trim();
    if (this.#isArray === undefined) throw new UserError(`${file}: empty; a JSON array of records is expected`);
    if (this.#isArray && rest !== "")
      throw new UserError(`${file}:${this.#line}: the array ends in the middle of a record`);
    if (!this.#isArray) yield* this.#take();
  }

  *#take(): Generator<{ text: string; line: number }> {
    const text = this.#pieces.join("");
    const line = this.#begins;
    this.#pieces = [];
    this.#begins = 0;
    if (text.trim() !== "") yield { text, line };
  }
}
