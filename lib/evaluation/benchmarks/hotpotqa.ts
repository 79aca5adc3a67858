import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { readJsonl } from "../../base/index.ts";
import type { Passage } from "../../tools/index.ts";

/** A question of HotpotQA (Yang et al. 2018), without its paragraphs. */
export interface HotpotQuestion {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly type: string;
  readonly level: string;
  /** Titles of the paragraphs that the answer needs. */
  readonly supports: readonly string[];
}

export const HOTPOT_LEVELS = ["easy", "medium", "hard"] as const;
export type HotpotLevel = (typeof HOTPOT_LEVELS)[number];

const questionSchema = z.object({
  id: z.string(),
  question: z.string(),
  answer: z.string(),
  type: z.string(),
  level: z.string(),
  supporting_facts: z.array(z.tuple([z.string(), z.number()])),
});

/** Where the questions lie in a data folder (AutoAct's selection, 100 a level); null where they are not there. */
export function hotpotFolder(data: string | null): string | null {
  const folder = data === null ? null : path.join(data, "autoact", "hotpotqa");
  return folder !== null && fs.existsSync(folder) ? folder : null;
}

/** So many questions of each level, in the files' order. Throws `UserError` with file and line. */
export async function readHotpotQuestions(
  folder: string,
  each = Infinity,
  levels: readonly HotpotLevel[] = HOTPOT_LEVELS,
): Promise<HotpotQuestion[]> {
  const questions: HotpotQuestion[] = [];
  for (const level of levels) {
    let count = 0;
    for await (const row of readJsonl(path.join(folder, `${level}.jsonl`), (value) => questionSchema.parse(value))) {
      if (count++ >= each) break;
      const { supporting_facts, ...rest } = row;
      questions.push({ ...rest, supports: [...new Set(supporting_facts.map(([title]) => title))] });
    }
  }
  return questions;
}

/** The passages of the paragraphs with these titles: what a perfect search would bring. */
export function supportingPassages(passages: readonly Passage[], { supports }: HotpotQuestion): Passage[] {
  return passages.filter(({ title }) => supports.includes(title));
}
