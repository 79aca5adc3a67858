import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes `content`, or its pieces one after the other, so that a reader sees the old file or the whole new one, never a
 * part. Creates the folder. Where the disk does not take it nothing is left, and the old file stays.
 */
export function writeFileAtomic(file: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const whole = typeof content === "string" || content instanceof Uint8Array;
  try {
    const handle = fs.openSync(temporary, "w");
    try {
      for (const piece of whole ? [content] : content) fs.writeFileSync(handle, piece); // goes on where the last one ended
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** `value` as readable JSON, written atomically. */
export function writeJson(file: string, value: unknown): void {
  writeFileAtomic(file, JSON.stringify(value, null, 2) + "\n");
}

export function readJson<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}

/** Lower-case hex SHA-256 of text or bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file's bytes, read in pieces. */
export function sha256File(file: string): string {
  const hash = createHash("sha256");
  const handle = fs.openSync(file, "r");
  const buffer = Buffer.allocUnsafe(1 << 20);
  try {
    for (let n = fs.readSync(handle, buffer); n > 0; n = fs.readSync(handle, buffer))
      hash.update(buffer.subarray(0, n));
  } finally {
    fs.closeSync(handle);
  }
  return hash.digest("hex");
}

/** JSON with sorted keys: equal values give equal text, so it can be hashed. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
