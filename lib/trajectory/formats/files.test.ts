import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readJson, testDataFolder, UserError } from "../../base/index.ts";
import type { Trajectory } from "../trajectory.ts";
import { FORMATS, readForeign, recordGroups, writeForeign, type TrajectoryFormat } from "./index.ts";
import { asJson, RECORDS } from "./test-records.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "formats-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const format = (id: string): TrajectoryFormat => FORMATS.get(id) as TrajectoryFormat;
const here = { file: "some", index: 3 };

describe("files", () => {
  const collect = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const value of values) all.push(value);
    return all;
  };
  const write = (name: string, content: string): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    return file;
  };

  test("an array is cut at its elements, whatever they hold, in pieces of any size", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      Question: `[${i}] {"a": "\\"],`,
      Answer: "é\n😀".repeat(i * 100),
      list: [[], {}, [i]],
    }));
    for (const [name, spaces] of [
      ["a.json", 0],
      ["b.json", 2],
    ] as const) {
      const file = write(name, `\n ${JSON.stringify(rows, null, spaces)}\n`);
      const read = await collect(readForeign(file, format("autoact-tasks")));
      expect(read.map((group) => format("autoact-tasks").write(group))).toEqual(rows);
    }
  });

  test("bad input names file, line and value", async () => {
    const read = (file: string): Promise<unknown> => collect(readForeign(file, format("autoact-tasks")));
    const lines = write("c.jsonl", '{"Question":"a","Answer":"b"}\n\n{"Question":"a","Answer":7}\n');
    await expect(read(lines)).rejects.toThrow(/c\.jsonl:3: not an AutoAct task: Answer: .*\(found 7\)/);
    const array = write("d.json", '[\n{"Question":"a","Answer":"b"},\n{\n"Question":"a"}\n]');
    await expect(read(array)).rejects.toThrow(/d\.json:3: not an AutoAct task: Answer: .*\(found nothing\)/);
    const torn = write("e.json", '[\n{"Question":"a","Answer":"b"},\n{"Question"');
    await expect(read(torn)).rejects.toThrow(/e\.json:3: the array ends in the middle of a record/);
    const broken = write("f.json", "[{},\n{]\n,]");
    await expect(read(broken)).rejects.toThrow(UserError);
    await expect(read(path.join(folder, "none.json"))).rejects.toThrow(/none\.json: no such file/);
    await expect(read(write("g.json", " "))).rejects.toThrow(/g\.json: empty/);
  });

  test.each(["kagentinstruct", "autoact-rows", "bot-with-plan"])("%s goes into a file and comes back", async (name) => {
    const records = fc.sample(RECORDS[name], { numRuns: name === "bot-with-plan" ? 1 : 20, seed: 5 });
    // Neighbours with the same id would become one record.
    const distinct = records.filter(
      (record, i) =>
        (record as { id?: string }).id === undefined ||
        (record as { id?: string }).id !== (records[i - 1] as { id?: string } | undefined)?.id,
    );
    const of = format(name);
    const file = path.join(folder, `${name}.${of.layout === "lines" ? "jsonl.gz" : "json"}`);
    const values = distinct.map((record) => of.read(record, here));
    const flat = values.flat();
    expect(await writeForeign(file, recordGroups(flat, of), of)).toBe(distinct.length);
    expect((await collect(readForeign(file, of))).map((group) => asJson(of.write(group)))).toEqual(distinct);
  });
});

describe("published files", () => {
  const published = (name: string): string | null => {
    const data = testDataFolder();
    const file = data === null ? null : path.join(data, ...name.split("/"));
    return file !== null && fs.existsSync(file) ? file : null;
  };

  test.for([
    ["autoact/self_instruct/Meta_Hotpotqa.json", "autoact-tasks", 2],
    ["autoact/self_instruct/Meta_Scienceqa.json", "autoact-tasks", 2],
    ["bot-with-plan/trajectory.json", "bot-with-plan", 1],
    ["bot-with-plan/trajectory_packaged.jsonl", "bot-with-plan-packaged", 10],
  ] as const)("%s", async ([name, id, count], context) => {
    const file = published(name);
    if (file === null) return context.skip(`${name} is not in the data folder`);
    const read: Trajectory[][] = [];
    for await (const value of readForeign(file, format(id))) read.push(value);
    expect(read).toHaveLength(count);
    const records = read.map((value) => asJson(format(id).write(value)));
    const raw = name.endsWith(".jsonl")
      ? fs
          .readFileSync(file, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown)
      : readJson<unknown[]>(file);
    expect(format(id).layout === "document" ? records[0] : records).toEqual(raw);
  });
});
