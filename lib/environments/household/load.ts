import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { UserError } from "../../base/index.ts";
import { parseExpressions } from "./expression.ts";
import type { HouseholdFacts } from "./facts.ts";
import { FactsBuilder } from "./facts-builder.ts";
import { parseGoal } from "./goal-pddl.ts";
import { parseProblem } from "./pddl.ts";

export const PUBLISHED_SPLITS = ["train", "valid_seen", "valid_unseen"] as const;
export type PublishedSplit = (typeof PUBLISHED_SPLITS)[number];

const HINT = "data/README.md says where the published games come from and how to lay them out";

/** Where the games of a split lie in a data folder: a compact JSONL file, or single files `game.tw-pddl`. */
export type GamesSource =
  { readonly kind: "compact"; readonly file: string } | { readonly kind: "files"; readonly files: readonly string[] };

/**
 * Looks for the published games of `split`: first the compact files `alfworld/{train,eval}-*.jsonl[.gz]`, then the
 * original layout `json_2.1.1/<split>/**\/game.tw-pddl`, in the data folder or its `alfworld`. Null where neither is there.
 */
export function findSplit(dataFolder: string, split: PublishedSplit): GamesSource | null {
  const folder = path.join(dataFolder, "alfworld");
  const pattern = split === "train" ? /^train.*\.jsonl(\.gz)?$/ : /^eval.*\.jsonl(\.gz)?$/;
  const compact = (fs.existsSync(folder) ? fs.readdirSync(folder) : []).filter((name) => pattern.test(name)).sort()[0];
  if (compact !== undefined) return { kind: "compact", file: path.join(folder, compact) };
  for (const base of [folder, dataFolder]) {
    const files = findGames(path.join(base, "json_2.1.1", split));
    if (files.length > 0) return { kind: "files", files };
  }
  return null;
}

/** The files that a source is read from. */
export const filesOf = (source: GamesSource): readonly string[] =>
  source.kind === "compact" ? [source.file, commonFileOf(source.file)] : source.files;

const commonFileOf = (file: string): string => path.join(path.dirname(file), "common.json");

/** All published games of a split, in the order of their file. Throws with a hint where the data folder lacks them. */
export function loadGames(dataFolder: string, split: PublishedSplit): HouseholdFacts[] {
  const source = findSplit(dataFolder, split);
  if (source === null) {
    const wanted = path.join(dataFolder, "alfworld", split === "train" ? "train-1200.jsonl.gz" : "eval-274.jsonl.gz");
    throw new UserError(`no games of split ${split}: neither ${wanted} nor json_2.1.1/${split} is there; ${HINT}`);
  }
  return source.kind === "compact" ? loadCompact(source.file, split) : source.files.flatMap(loadSolvable);
}

/** Every `game.tw-pddl` under `folder`, sorted; the movable and sliced tasks, which ALFWorld leaves out, are left out. */
export function findGames(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => path.basename(name) === "game.tw-pddl" && !/movable|Sliced/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

const gameFileSchema = z.object({
  pddl_problem: z.string(),
  grammar: z.string(),
  solvable: z.boolean().optional(),
  walkthrough: z.array(z.string()).nullish(),
});

/** One published `game.tw-pddl`. Its id is that of its two folders, its split the folder above where that is one. */
export function loadGameFile(file: string): HouseholdFacts {
  return readGameFile(file).facts;
}

function loadSolvable(file: string): HouseholdFacts[] {
  const { facts, solvable } = readGameFile(file);
  return solvable ? [facts] : [];
}

function readGameFile(file: string): { facts: HouseholdFacts; solvable: boolean } {
  const game = checked(gameFileSchema, parseJson(readText(file), file), file);
  const task = /Your task is to: (.*?)\.(?=["\\]|$)/m.exec(game.grammar)?.[1];
  if (task === undefined) throw new UserError(`${file}: the grammar has no sentence "Your task is to: ..."`);
  const folders = path.resolve(file).split(path.sep).slice(0, -1);
  const split = PUBLISHED_SPLITS.find((name) => name === folders.at(-3)) ?? "unknown";
  const walkthrough = game.walkthrough ?? undefined;
  const facts = parseProblem(game.pddl_problem, { id: folders.slice(-2).join("/"), split, task, walkthrough }, file);
  return { facts, solvable: game.solvable ?? true };
}

const rowSchema = z.object({
  id: z.string(),
  split: z.enum(PUBLISHED_SPLITS),
  type: z.string(),
  task: z.string(),
  walkthrough: z.array(z.string()).optional(),
  objects: z.array(z.string()),
  init: z.array(z.string()),
  goal: z.string(),
});
const commonSchema = z.object({ objects: z.array(z.string()), init: z.array(z.string()) });

/** Games of a compact JSONL file, one a line, completed by the `common.json` beside it; only those of `split` if given. */
export function loadCompact(file: string, split?: PublishedSplit): HouseholdFacts[] {
  const commonFile = commonFileOf(file);
  const common = checked(commonSchema, parseJson(readText(commonFile), commonFile), commonFile);
  const commonObjects = common.objects.map((entry) => objectEntry(entry, commonFile));
  const games: HouseholdFacts[] = [];
  readText(file)
    .split("\n")
    .forEach((text, index) => {
      if (text.trim() === "") return;
      const where = `${file}:${index + 1}`;
      const row = checked(rowSchema, parseJson(text, where), where);
      if (split !== undefined && row.split !== split) return;
      const goal = parseExpressions(row.goal, where)[0];
      if (goal === undefined) throw new UserError(`${where}: no goal in field goal: ${JSON.stringify(row.goal)}`);
      const builder = new FactsBuilder([...commonObjects, ...row.objects.map((entry) => objectEntry(entry, where))]);
      for (const fact of common.init) builder.add(factEntry(fact, commonFile), commonFile);
      for (const fact of row.init) builder.add(factEntry(fact, where), where);
      const info = { id: row.id, split: row.split, task: row.task, walkthrough: row.walkthrough };
      const facts = builder.build(info, parseGoal(goal, where), where);
      if (facts.goal.type !== row.type) {
        throw new UserError(`${where}: type ${row.type} is stated, but the goal is one of ${facts.goal.type}`);
      }
      games.push(facts);
    });
  return games;
}

/** `Apple_bar_1 - object` to a pair. */
function objectEntry(entry: string, where: string): [string, string] {
  const [id, dash, type] = entry.trim().split(/\s+/);
  if (dash !== "-" || type === undefined) throw new UserError(`${where}: object "${entry}" is not "id - type"`);
  return [id, type];
}

/** `(inReceptacle a b)` to its words. */
function factEntry(fact: string, where: string): string[] {
  const text = fact.trim();
  if (!text.startsWith("(") || !text.endsWith(")")) throw new UserError(`${where}: fact "${fact}" is not in brackets`);
  return text.slice(1, -1).trim().split(/ +/);
}

function readText(file: string): string {
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such file; ${HINT}`);
  const bytes = fs.readFileSync(file);
  if (!file.endsWith(".gz")) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (error) {
    throw new UserError(`${file}: not a whole gzip file (${(error as Error).message})`);
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError(`${where}: ${(error as Error).message}; it begins ${JSON.stringify(text.slice(0, 80))}`);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${where}: field ${issue.path.join(".") || "(whole value)"}: ${issue.message}`);
}
