import * as fs from "node:fs";
import { z } from "zod";
import { UserError, writeFileAtomic } from "../base/index.ts";

/** One named array of a safetensors file, as float32. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const BYTES: Record<string, number> = { F32: 4, F16: 2, BF16: 2 };
const LONGEST_HEADER = 100 * 1024 * 1024; // the format's own limit
const PIECE = 2 ** 30; // bytes read or written at once; Node takes less than 2^31

/**
 * Writes arrays as F32 in the safetensors format (https://github.com/huggingface/safetensors). Names are sorted, so
 * equal arrays give equal bytes. A reader sees the old file or the whole new one.
 */
export function writeSafetensors(
  file: string,
  arrays: ReadonlyMap<string, NamedArray>,
  metadata?: Readonly<Record<string, string>>,
): void {
  const names = [...arrays.keys()].sort();
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const name of names) {
    const { shape, data } = arrays.get(name) as NamedArray;
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const padding = " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const head = Buffer.from(text + padding, "utf8");
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  // Not one buffer for all of it: a model's file may be larger than the largest buffer.
  const pieces = names.flatMap((name) => [...piecesOf(bytesOf((arrays.get(name) as NamedArray).data))]);
  writeFileAtomic(file, [size, head, ...pieces]);
}

/** Reads a safetensors file; F16 and BF16 are widened to float32. A damaged file is a `UserError` that says where. */
export function readSafetensors(file: string): Map<string, NamedArray> {
  let handle: number;
  try {
    handle = fs.openSync(file, "r");
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  try {
    return readArrays(handle, file);
  } finally {
    fs.closeSync(handle);
  }
}

const count = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });

function readArrays(handle: number, file: string): Map<string, NamedArray> {
  const bad = (what: string): UserError => new UserError(`${file}: not a whole safetensors file: ${what}`);
  const length = fs.fstatSync(handle).size;
  if (length < 8) throw bad(`${length} bytes, at least 8 are needed`);
  const headerLength = Number(Buffer.from(readBytes(handle, 0, 8)).readBigUInt64LE(0));
  const start = 8 + headerLength;
  if (headerLength > LONGEST_HEADER || start > length)
    throw bad(`header of ${headerLength} bytes in a file of ${length} bytes`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(Buffer.from(readBytes(handle, 8, headerLength)).toString("utf8")) as Record<string, unknown>;
  } catch (error) {
    throw bad(`header: ${(error as Error).message}`);
  }
  const arrays = new Map<string, NamedArray>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw bad(`${name}: its entry is ${JSON.stringify(value)}`);
    const entry = parsed.data;
    const width = BYTES[entry.dtype];
    if (!width) throw bad(`${name}: type ${entry.dtype} is not supported, only ${Object.keys(BYTES).join(", ")}`);
    const size = entry.shape.reduce((a, b) => a * b, 1);
    const [from, to] = entry.data_offsets;
    if (to - from !== size * width || start + to > length)
      throw bad(`${name}: bytes ${from} to ${to} of ${length - start} for shape [${entry.shape.join(", ")}]`);
    arrays.set(name, { shape: entry.shape, data: toFloat32(entry.dtype, readBytes(handle, start + from, to - from)) });
  }
  return arrays;
}

function readBytes(handle: number, position: number, count: number): ArrayBuffer {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = fs.readSync(handle, bytes, at, Math.min(PIECE, count - at), position + at);
    if (read === 0) throw new Error(`the file became shorter while it was read, at byte ${position + at}`);
    at += read;
  }
  return bytes.buffer;
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function toFloat32(dtype: string, bytes: ArrayBuffer): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes);
  return Float32Array.from(new Uint16Array(bytes), dtype === "BF16" ? fromBfloat16 : fromFloat16);
}

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);
const fromBfloat16 = (bits: number): number => {
  word[0] = bits << 16;
  return real[0];
};

function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
