import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../base/index.ts";
import { findGames, findSplit, loadCompact, loadGameFile, loadGames } from "./load.ts";
import { parseProblem } from "./pddl.ts";
import { toGameFile, toPddl } from "./write.ts";

const kitchen = parseProblem(fs.readFileSync(path.join(import.meta.dirname, "fixtures", "mini-kitchen.pddl"), "utf8"), {
  id: "pick-Mug/trial_1",
  split: "valid_seen",
  task: "put a mug in fridge",
  walkthrough: ["look"],
});
const game = toGameFile(kitchen, { domain: "(define (domain alfred))", grammar: '"Your task is to: UNKNOWN GOAL."' });

/** The kitchen as a row of a compact file. */
function row(): { [field: string]: unknown; init: string[] } {
  const lines = toPddl(kitchen).split("\n");
  const between = (from: string, to: string): string[] =>
    lines.slice(
      lines.indexOf(from) + 1,
      lines.findIndex((l) => l.startsWith(to)),
    );
  const trim = (text: string): string => text.replace(/\)\)$/, ")").replace(/^([^(].*)\)$/, "$1");
  return {
    id: kitchen.id,
    split: kitchen.split,
    type: kitchen.goal.type,
    task: kitchen.task,
    walkthrough: ["look"],
    objects: between("(:objects", "(:init").map(trim),
    init: between("(:init", "(:goal").map(trim),
    goal: lines.find((line) => line.startsWith("(:goal"))!.replace(/\)$/, ""),
  };
}

let folder: string;
beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-load-"))));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
}

describe("compact files", () => {
  it("give the same facts as the problem, by split", () => {
    write("good/alfworld/common.json", JSON.stringify({ objects: ["agent2 - agent"], init: [] }));
    const lines = [row(), { ...row(), split: "valid_unseen", id: "other" }].map((each) => JSON.stringify(each));
    write("good/alfworld/eval-274.jsonl.gz", gzipSync(lines.join("\n")));
    expect(loadGames(path.join(folder, "good"), "valid_seen")).toEqual([kitchen]);
    expect(loadGames(path.join(folder, "good"), "valid_unseen").map((each) => each.id)).toEqual(["other"]);
  });

  it("name file, line and value of what is wrong", () => {
    write("bad/common.json", JSON.stringify({ objects: [], init: [] }));
    const bad = (second: string): (() => unknown) => {
      const file = write("bad/eval.jsonl", `${JSON.stringify(row())}\n${second}\n`);
      return () => loadCompact(file);
    };
    expect(bad("{")).toThrow(/eval\.jsonl:2: .*"\{"/);
    expect(bad(JSON.stringify({ ...row(), task: 5 }))).toThrow(/eval\.jsonl:2: field task: .*string/);
    expect(bad(JSON.stringify({ ...row(), split: "dev" }))).toThrow(/eval\.jsonl:2: field split/);
    expect(bad(JSON.stringify({ ...row(), type: "pick_two_obj_and_place" }))).toThrow(
      /type pick_two_obj_and_place is stated/,
    );
    expect(bad(JSON.stringify({ ...row(), objects: ["Apple"] }))).toThrow(/object "Apple" is not "id - type"/);
    expect(bad(JSON.stringify({ ...row(), init: ["openable x"] }))).toThrow(/fact "openable x" is not in brackets/);
    expect(bad(JSON.stringify({ ...row(), goal: "" }))).toThrow(/eval\.jsonl:2: no goal/);
    const cut = write("bad/cut.jsonl.gz", gzipSync("x".repeat(1000)).subarray(0, 20));
    expect(() => loadCompact(cut)).toThrow(/cut\.jsonl\.gz: not a whole gzip file/);
  });

  it("want the common facts beside them", () => {
    const file = write("alone/eval.jsonl", JSON.stringify(row()));
    expect(() => loadCompact(file)).toThrow(/common\.json: no such file; data\/README\.md/);
  });
});

describe("game files", () => {
  const layout = "json/json_2.1.1/valid_seen/pick-Mug/trial_1/game.tw-pddl";

  it("are found in the published layout, without movable, sliced and unsolvable tasks", () => {
    const file = write(layout, JSON.stringify(game));
    write("json/json_2.1.1/valid_seen/pick_movable/trial_1/game.tw-pddl", "{}");
    write("json/json_2.1.1/valid_seen/pick-AppleSliced/trial_1/game.tw-pddl", "{}");
    expect(findGames(path.join(folder, "json"))).toEqual([file]);
    expect(loadGames(path.join(folder, "json"), "valid_seen")).toEqual([kitchen]);
    write("json/json_2.1.1/valid_seen/pick-Pen/trial_2/game.tw-pddl", JSON.stringify({ ...game, solvable: false }));
    expect(loadGames(path.join(folder, "json"), "valid_seen")).toHaveLength(1);
  });

  it("can be read singly, wherever they lie", () => {
    const { id, split, task } = loadGameFile(write("a/b/game.tw-pddl", JSON.stringify(game)));
    expect({ id, split, task }).toEqual({ id: "a/b", split: "unknown", task: kitchen.task });
  });

  it("name the file of what is wrong", () => {
    const bad = (content: unknown): (() => unknown) => {
      const file = write("wrong/game.tw-pddl", typeof content === "string" ? content : JSON.stringify(content));
      return () => loadGameFile(file);
    };
    expect(bad("")).toThrow(/game\.tw-pddl: /);
    expect(bad({ ...game, pddl_problem: undefined })).toThrow(/game\.tw-pddl: field pddl_problem/);
    expect(bad({ ...game, grammar: "" })).toThrow(/no sentence "Your task is to/);
    expect(bad({ ...game, pddl_problem: "(" })).toThrow(/game\.tw-pddl:1: the "\("/);
    expect(() => loadGameFile(path.join(folder, "none.tw-pddl"))).toThrow(/none\.tw-pddl: no such file/);
  });
});

it("a data folder without the games is told with where to get them", () => {
  fs.mkdirSync(path.join(folder, "empty"));
  expect(findSplit(path.join(folder, "empty"), "train")).toBeNull();
  expect(() => loadGames(path.join(folder, "empty"), "train")).toThrow(UserError);
  expect(() => loadGames(path.join(folder, "empty"), "train")).toThrow(
    /no games of split train: .*train-1200.*data\/README\.md/,
  );
});
