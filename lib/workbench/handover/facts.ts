import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, sha256File } from "../../base/index.ts";
import { summarise, type SummaryRow } from "../../evaluation/index.ts";
import { loadTokenizer, readExamples, type BpeTokenizer } from "../../labels/index.ts";
import { longestMatch } from "../../model/index.ts";
import { readManifest, type Manifest } from "../stage.ts";
import type { EvaluationRow } from "../stages/evaluation.ts";

/** What is known of a run, for its cards. */
export interface RunFacts {
  readonly name: string;
  readonly stages: ReadonlyMap<string, Manifest>;
  /** Success of each player in each set of games, with 95 % interval; empty where nothing was evaluated. */
  readonly results: readonly SummaryRow<"split" | "arm">[];
  readonly meeting: LlamaCppMeeting;
  /** A prompt of the run's first example, as text. */
  readonly prompt: string;
}

/** How often llama.cpp's own tokenization of the run's texts (see `ggufVocabulary`) is the tokenizer's. */
export interface LlamaCppMeeting {
  readonly examples: number;
  readonly same: number;
}

const STAGES = ["trajectories", "labels", "training", "evaluation"] as const;
const EXAMPLES = 1000;

/** Reads manifests, results and examples of a run folder whose training is finished. */
export async function runFacts(folder: string): Promise<RunFacts> {
  const stages = new Map<string, Manifest>();
  for (const stage of STAGES) {
    const manifest = readManifest(path.join(folder, stage));
    if (manifest !== null) stages.set(stage, manifest);
  }
  const rows = path.join(folder, "evaluation", "rows.json");
  const finished = stages.has("evaluation") && fs.existsSync(rows);
  const final = finished ? readJson<EvaluationRow[]>(rows).filter((row) => row.snapshotTokens === undefined) : [];
  const tokenizer = loadTokenizer(path.join(folder, "labels", "tokenizer.json"));
  const assistant = tokenizer.special("<|assistant|>");
  const longest = longestMatch(tokenizer);
  let [examples, same, prompt] = [0, 0, ""];
  for await (const { ids } of readExamples(path.join(folder, "labels", "examples.jsonl.gz"))) {
    if (examples === 0) prompt = tokenizer.decode(ids.slice(0, ids.indexOf(assistant)));
    examples++;
    if (meets(ids, tokenizer, longest)) same++;
    if (examples === EXAMPLES) break;
  }
  return {
    name: path.basename(path.dirname(folder)) + "/" + path.basename(folder),
    stages,
    results: summarise(final, ["split", "arm"]).filter(({ metric }) => metric === "success"),
    meeting: { examples, same },
    prompt,
  };
}

/** Whether the texts between control tokens are cut by `longest` as `ids` says. */
function meets(ids: readonly number[], tokenizer: BpeTokenizer, longest: (text: string) => number[]): boolean {
  let piece: number[] = [];
  const isSame = (): boolean => longest(tokenizer.decode(piece)).join() === piece.join();
  for (const id of ids) {
    if (!tokenizer.isSpecial(id)) piece.push(id);
    else if (!isSame()) return false;
    else piece = [];
  }
  return isSame();
}

/** File names with SHA-256, as a Markdown table. */
export function hashTable(folder: string, names: readonly string[]): string {
  const rows = names.map((name) => `| \`${name}\` | \`${sha256File(path.join(folder, name))}\` |`);
  return ["| file | SHA-256 |", "| --- | --- |", ...rows].join("\n");
}
