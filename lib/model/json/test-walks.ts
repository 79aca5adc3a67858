import type { Random } from "../../base/index.ts";
import { END, trainTokenizer, type Tokenizer } from "../../labels/index.ts";
import type { Constraint } from "../constraint.ts";

const sample = '{"name": "mug 1", "tags": ["a", "b"], "on": null, "open": true, "count": 12.5}, {"name":"é","tags":[]}';

/** A tokenizer for tests, with tokens that reach over JSON's punctuation. */
export const tokenizer: Tokenizer = trainTokenizer([sample, sample], { vocabularySize: 330 });
export const stopToken = tokenizer.special(END);

const { vocab } = (tokenizer.toJSON() as { model: { vocab: Record<string, number> } }).model;
let shifted = 256;
/** GPT-2's alphabet: printable bytes are themselves, the others follow from 256 on. */
const idOfByte = Array.from({ length: 256 }, (_, byte) => {
  const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return vocab[String.fromCodePoint(isPrintable ? byte : shifted++)];
});

/** Ids of a text's bytes, one by one: every text can be written so. */
export const byteIds = (text: string | Uint8Array): number[] =>
  Array.from(Buffer.from(text as string), (byte) => idOfByte[byte]);

/** What a constraint allows next. */
export async function allowedBy(constraint: Constraint): Promise<number[]> {
  return Array.from((await constraint.allowed()) ?? []);
}

/** Whether a whole text can be written, byte by byte, and a stop token after it. */
export async function accepts(constraint: Constraint, text: string | Uint8Array): Promise<boolean> {
  for (const id of [...byteIds(text), stopToken]) {
    if (!(await allowedBy(constraint)).includes(id)) return false;
    constraint.accept(id);
  }
  return constraint.isDone;
}

/** Random allowed tokens until the stop token; those that close something are preferred, so that it ends. */
export async function randomWalk(constraint: Constraint, random: Random, most: number): Promise<number[] | null> {
  const ids: number[] = [];
  while (ids.length < most) {
    const allowed = await allowedBy(constraint);
    const closing = allowed.filter((id) => id === stopToken || /["\]}]$/.test(tokenizer.tokenText(id)));
    const id = random.pick(closing.length > 0 && random.chance(0.3) ? closing : allowed);
    constraint.accept(id);
    if (id === stopToken) return ids;
    ids.push(id);
  }
  return null;
}
