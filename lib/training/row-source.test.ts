import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rowsInMemory, storeRows, type RowKind } from "./row-source.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-rows-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly id: string;
  readonly ids: readonly number[];
}
const kind: RowKind<Row> = { length: ({ ids }) => ids.length, tokens: ({ ids }) => ids.length };

// eslint-disable-next-line @typescript-eslint/require-await
async function* stream<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

test("rows come back from disk as they went, in any order, with the same hash as in memory", async () => {
  const someRows = fc.array(
    fc.record({ id: fc.string({ unit: "grapheme" }), ids: fc.array(fc.nat(), { minLength: 1 }) }),
  );
  await fc.assert(
    fc.asyncProperty(someRows, async (rows) => {
      const stored = await storeRows(stream(rows), folder, kind);
      const inMemory = rowsInMemory(rows, kind);
      for (const key of ["count", "tokens", "hash"] as const) expect(stored[key]).toBe(inMemory[key]);
      for (let i = rows.length - 1; i >= 0; i--) {
        expect(stored.length(i)).toBe(rows[i].ids.length);
        expect(stored.read(i)).toEqual(rows[i]);
      }
      stored.close();
    }),
    { numRuns: 50 },
  );
});

test("closing removes the files", async () => {
  const stored = await storeRows(stream([{ id: "a", ids: [1] }]), folder, kind);
  expect(fs.readdirSync(folder)).toEqual(["rows.index", "rows.jsonl"]);
  stored.close();
  expect(fs.readdirSync(folder)).toEqual([]);
});

test("memory does not grow with the number of rows: 300,000 rows are stored and read within 40 MB of heap", () => {
  // 300,000 rows of 20 tokens would be about 90 MB of numbers and 300,000 objects.
  const script = `
    import { storeRows } from ${JSON.stringify(path.join(import.meta.dirname, "row-source.ts"))};
    import { countSteps } from ${JSON.stringify(path.join(import.meta.dirname, "plan.ts"))};
    async function* rows() { for (let i = 0; i < 300_000; i++) yield { id: "row " + i, ids: Array.from({ length: 20 }, (_, t) => (i * 31 + t) % 4096 + 0.5) }; }
    const kind = { length: (row) => row.ids.length, tokens: (row) => row.ids.length };
    const stored = await storeRows(rows(), ${JSON.stringify(folder)}, kind);
    const steps = countSteps(stored, { batchSize: 16, epochs: 1, accumulate: 1, seed: 0 });
    console.log(stored.count, steps, stored.read(299_999).id);
  `;
  const file = path.join(folder, "many.mts");
  fs.writeFileSync(file, script);
  const args = ["--max-old-space-size=40", "--import", "tsx", file];
  expect(execFileSync(process.execPath, args, { encoding: "utf8", cwd: path.join(import.meta.dirname, "../..") })).toBe(
    "300000 18750 row 299999\n",
  );
});
