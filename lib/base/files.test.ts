import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test } from "vitest";
import { sha256, sha256File, writeFileAtomic } from "./files.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-files-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test("a file is written whole, or in pieces one after the other, into a folder that it makes", () => {
  const file = path.join(folder, "new", "file.txt");
  writeFileAtomic(file, "first");
  expect(fs.readFileSync(file, "utf8")).toBe("first");
  writeFileAtomic(file, [Buffer.from("second "), Buffer.from("and third")]);
  expect(fs.readFileSync(file, "utf8")).toBe("second and third");
  expect(sha256File(file)).toBe(sha256("second and third"));
});

test("what fails on the way leaves the old file, and nothing else", () => {
  const file = path.join(folder, "kept", "file.txt");
  writeFileAtomic(file, "old");
  function* failing(): Generator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("no more");
  }
  expect(() => writeFileAtomic(file, failing())).toThrow("no more");
  expect(fs.readdirSync(path.dirname(file))).toEqual(["file.txt"]);
  expect(fs.readFileSync(file, "utf8")).toBe("old");
});
