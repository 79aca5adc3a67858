import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../base/index.ts";
import { readSafetensors, writeSafetensors } from "./index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-safetensors-"));
const file = path.join(folder, "x.safetensors");
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A file with one tensor "x" whose bytes are `words`. */
function writeRaw(dtype: string, words: Uint16Array, shape: number[], end = words.byteLength): void {
  const header = Buffer.from(JSON.stringify({ x: { dtype, shape, data_offsets: [0, end] } }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  fs.writeFileSync(file, Buffer.concat([size, header, Buffer.from(words.buffer)]));
}

describe("safetensors", () => {
  test("what is written is read back, and the order of writing does not matter", () => {
    const arrays = fc.dictionary(fc.string({ minLength: 1 }), fc.float32Array({ maxLength: 20 }));
    fc.assert(
      fc.property(arrays, (content) => {
        const entries = Object.entries(content)
          .filter(([name]) => name !== "__metadata__" && name !== "__proto__")
          .map(([name, data]) => [name, { shape: [data.length], data }] as const);
        writeSafetensors(file, new Map(entries), { format: "pt" });
        const bytes = fs.readFileSync(file);
        expect(new Map(readSafetensors(file))).toEqual(new Map(entries));
        writeSafetensors(file, new Map([...entries].reverse()), { format: "pt" });
        expect(fs.readFileSync(file).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("half precision is widened exactly", () => {
    writeRaw("BF16", Uint16Array.of(0x3f80, 0xc040, 0x0000, 0x7f80), [4]);
    expect([...(readSafetensors(file).get("x")?.data ?? [])]).toEqual([1, -3, 0, Infinity]);
    writeRaw("F16", Uint16Array.of(0x3c00, 0xc200, 0x0001, 0x7c00, 0x3555), [5]);
    expect([...(readSafetensors(file).get("x")?.data ?? [])]).toEqual([1, -3, 2 ** -24, Infinity, 0.333251953125]);
  });

  test("a file that was cut short is refused wherever it was cut", () => {
    writeSafetensors(file, new Map([["x", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]));
    const whole = fs.readFileSync(file);
    for (let length = 0; length < whole.length; length++) {
      fs.writeFileSync(file, whole.subarray(0, length));
      expect(() => readSafetensors(file), `${length} bytes`).toThrow(UserError);
    }
    expect(fs.readdirSync(folder)).toEqual(["x.safetensors"]);
  });

  test("damaged files are named with what is wrong", () => {
    const messages: [() => void, RegExp][] = [
      [() => fs.writeFileSync(file, "abc"), /3 bytes/],
      [() => fs.writeFileSync(file, Buffer.alloc(64, 255)), /header of \d+ bytes/],
      [() => writeRaw("I8", Uint16Array.of(1), [2]), /x: type I8 is not supported/],
      [() => writeRaw("F16", Uint16Array.of(1), [2]), /x: bytes 0 to 2 of 2 for shape \[2\]/],
      [() => writeRaw("F16", Uint16Array.of(1), [2], 4), /x: bytes 0 to 4 of 2/],
      [() => writeRaw("F16", Uint16Array.of(1), [-1], -2), /x: its entry is \{"dtype":"F16","shape":\[-1\]/],
    ];
    for (const [damage, message] of messages) {
      damage();
      expect(() => readSafetensors(file)).toThrow(UserError);
      expect(() => readSafetensors(file)).toThrow(message);
    }
  });
});
