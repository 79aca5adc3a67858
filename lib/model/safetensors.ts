import * as fs from "node:fs";
import { UserError, writeFileAtomic } from "../base/index.ts";

/** One named array of a safetensors file, as float32. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const BYTES: Record<string, number> = { F32: 4, F16: 2, BF16: 2 };
const LONGEST_HEADER = 100 * 1024 * 1024; // the format's own limit

/**
 * Writes arrays as F32 in the safetensors format (https://github.com/huggingface/safetensors). Names are sorted, so
 * equal arrays give equal bytes.
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
  const padded = text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length);
  const head = Buffer.from(padded, "utf8");
  const bytes = Buffer.alloc(8 + head.length + offset);
  bytes.writeBigUInt64LE(BigInt(head.length), 0);
  head.copy(bytes, 8);
  let position = 8 + head.length;
  for (const name of names) {
    const { data } = arrays.get(name) as NamedArray;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  writeFileAtomic(file, bytes);
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads a safetensors file; F16 and BF16 are widened to float32. A damaged file is a `UserError` that says where. */
export function readSafetensors(file: string): Map<string, NamedArray> {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  const bad = (what: string): UserError => new UserError(`${file}: not a whole safetensors file: ${what}`);
  if (bytes.length < 8) throw bad(`${bytes.length} bytes, at least 8 are needed`);
  const size = Number(bytes.readBigUInt64LE(0));
  if (size > LONGEST_HEADER || 8 + size > bytes.length)
    throw bad(`header of ${size} bytes in a file of ${bytes.length} bytes`);
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(bytes.toString("utf8", 8, 8 + size)) as Record<string, Entry>;
  } catch (error) {
    throw bad(`header: ${(error as Error).message}`);
  }
  const content = bytes.subarray(8 + size);
  const arrays = new Map<string, NamedArray>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const width = BYTES[entry.dtype];
    if (!width) throw bad(`${name}: type ${entry.dtype} is not supported, only ${Object.keys(BYTES).join(", ")}`);
    const count = entry.shape.reduce((a, b) => a * b, 1);
    const [from, to] = entry.data_offsets;
    if (to - from !== count * width || from < 0 || to > content.length)
      throw bad(`${name}: bytes ${from} to ${to} of ${content.length} for shape [${entry.shape.join(", ")}]`);
    arrays.set(name, { shape: entry.shape, data: toFloat32(entry.dtype, content.subarray(from, to)) });
  }
  return arrays;
}

function toFloat32(dtype: string, bytes: Buffer): Float32Array {
  const copy = new Uint8Array(bytes); // own, aligned memory
  if (dtype === "F32") return new Float32Array(copy.buffer);
  const words = new Uint16Array(copy.buffer);
  const convert = dtype === "BF16" ? fromBfloat16 : fromFloat16;
  return Float32Array.from(words, convert);
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
