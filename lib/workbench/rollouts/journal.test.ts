import fc from "fast-check";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { UserError } from "../../base/index.ts";
import { Journal } from "./journal.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "journal-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => path.join(folder, `${files++}`, "journal.jsonl");
const row = (task: number): string => JSON.stringify({ task, text: "ü".repeat(task) });

it("gives rows back in order, each once, however they came and wherever the file was cut", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.tuple(fc.nat(29), fc.integer({ min: 1, max: 8 })), { maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tasks, adds, cut) => {
        const file = newFile();
        const before = Journal.open(file, "plan", tasks);
        const add = (journal: Journal, from: number, count: number): void => {
          const length = Math.max(0, Math.min(count, tasks - from));
          journal.add(
            from,
            Array.from({ length }, (_, i) => row(from + i)),
          );
        };
        for (const [from, count] of adds) add(before, from, count);
        before.close();
        const written = fs.statSync(file).size;
        fs.truncateSync(file, Math.floor(cut * written));

        const after = Journal.open(file, "plan", tasks);
        expect(after.done).toBeLessThanOrEqual(before.done);
        if (cut === 1) expect(after.done).toBe(before.done);
        add(after, 0, tasks);
        expect(after.done).toBe(tasks);
        expect(after.has({ first: 0, tasks })).toBe(true);
        const all = Array.from({ length: tasks }, (_, task) => row(task));
        expect([...after.rows(0, tasks)]).toEqual(all);
        expect([...after.rows(1, tasks)]).toEqual(all.slice(1));
        after.remove();
        expect(fs.existsSync(file)).toBe(false);
      },
    ),
  );
});

it("continues after a torn last line as if that had never been", () => {
  const file = newFile();
  const journal = Journal.open(file, "plan", 3);
  journal.add(1, [row(1)]);
  journal.close();
  const whole = fs.readFileSync(file, "utf8");
  fs.appendFileSync(file, '{"task":2,"row":{"ta');
  const again = Journal.open(file, "plan", 3);
  expect([again.done, again.has({ first: 1, tasks: 1 }), again.has({ first: 2, tasks: 1 })]).toEqual([1, true, false]);
  again.close();
  expect(fs.readFileSync(file, "utf8")).toBe(whole);
});

it("of another plan it keeps nothing; a broken line in the middle is named", () => {
  const file = newFile();
  const journal = Journal.open(file, "plan", 2);
  journal.add(0, [row(0), row(1)]);
  journal.close();
  const other = Journal.open(file, "another plan", 2);
  expect(other.done).toBe(0);
  other.add(0, [row(0)]);
  other.close();
  fs.appendFileSync(file, 'oops\n{"task":1,"row":{}}\n');
  expect(() => Journal.open(file, "another plan", 2)).toThrow(UserError);
  expect(() => Journal.open(file, "another plan", 2)).toThrow(`${file}:3: no line of this journal: oops`);
});

it("reads a file that is larger than its pieces", () => {
  const file = newFile();
  const rows = Array.from({ length: 300 }, (_, task) => JSON.stringify({ task, text: "x→".repeat(3000) }));
  const journal = Journal.open(file, "plan", 300);
  journal.add(0, rows);
  journal.close();
  expect(fs.statSync(file).size).toBeGreaterThan(3 << 20);
  const again = Journal.open(file, "plan", 300);
  expect([...again.rows(0, 300)]).toEqual(rows);
  again.close();
});
