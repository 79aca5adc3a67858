import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeFileAtomic, canonicalJson, sha256, sha256File } from "./files.ts";
import { JsonlWriter, readJsonlRows } from "./jsonl.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "jsonl-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const number = (value: unknown): number => {
  if (typeof value !== "number") throw new Error("not a number");
  return value;
};

describe("JSONL", () => {
  it.each(["rows.jsonl", "rows.jsonl.gz"])("reads back what it wrote to %s", async (name) => {
    const file = path.join(folder, name);
    const writer = new JsonlWriter(file);
    for (let i = 0; i < 20_000; i++) await writer.write(i);
    expect(fs.existsSync(file)).toBe(false); // only a closed writer leaves a file
    await writer.close();
    expect(fs.readdirSync(folder)).not.toContain(`${name}.tmp`);
    expect(await readJsonlRows(file, number)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  it("names file, line and text of a bad row", async () => {
    const file = path.join(folder, "bad.jsonl");
    fs.writeFileSync(file, "1\n\n{oops\n");
    await expect(readJsonlRows(file, number)).rejects.toThrow(/bad\.jsonl:3: .*\{oops/);
    fs.writeFileSync(file, '1\n"two"\n');
    await expect(readJsonlRows(file, number)).rejects.toThrow(/bad\.jsonl:2: not a number in "two"/);
  });

  it("names a missing file, and a file that is not gzip", async () => {
    await expect(readJsonlRows(path.join(folder, "none.jsonl"), number)).rejects.toThrow(/none\.jsonl: no such file/);
    const file = path.join(folder, "text.jsonl.gz");
    fs.writeFileSync(file, "1\n");
    await expect(readJsonlRows(file, number)).rejects.toThrow(/text\.jsonl\.gz.*incorrect header/);
  });
});

describe("files", () => {
  it("replaces a file whole and hashes it", () => {
    const file = path.join(folder, "deep", "file.txt");
    writeFileAtomic(file, "one");
    writeFileAtomic(file, "two");
    expect(fs.readFileSync(file, "utf8")).toBe("two");
    expect(sha256File(file)).toBe(sha256("two"));
    expect(fs.readdirSync(path.dirname(file))).toEqual(["file.txt"]);
  });

  it("writes equal values as equal text", () => {
    expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: 1 })).toBe('{"a":1,"b":[{"x":2,"y":1}]}');
  });
});
