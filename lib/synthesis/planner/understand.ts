import { NAMED_KINDS } from "./names.ts";
import { relationsOf, USER, type Relation } from "./relations.ts";
import type { World } from "./world.ts";

/** What a task asks for, of which thing. */
export interface AskedFact {
  readonly relation: Relation;
  readonly subject: string;
}

export interface AskedEvent {
  readonly title: string;
  /** ISO 8601. */
  readonly date: string;
}

export interface AskedEmail {
  readonly to: string;
  readonly body: string;
}

/**
 * The fact that a task in free words asks for. "the mayor of the birthplace of Ada Brenner" asks for the birthplace: a tool
 * looks one fact up, and it is the planner's part to take things one after the other. Null where no thing of this world is
 * named, or nothing that can be known of it.
 */
export function readFact(task: string, world: World): AskedFact | null {
  const text = task.toLowerCase();
  const found: (AskedFact & { isNext: boolean; length: number })[] = [];
  for (const subject of mentioned(text, world)) {
    for (const relation of relationsOf(world.kindOf(subject)!)) {
      const phrase = relation.phrase.replace(/^(current|next) /, "");
      if (!hasWords(text, phrase)) continue;
      const named = subject.toLowerCase();
      const nextTo = [`${phrase} of ${named}`, `${phrase} in ${named}`, `${named}'s ${phrase}`];
      if (subject === USER) nextTo.push(`my ${phrase}`, `your ${phrase}`, `user's ${phrase}`);
      found.push({ relation, subject, isNext: nextTo.some((form) => hasWords(text, form)), length: phrase.length });
    }
  }
  // The phrase beside its name beats all others, and "best known film" beats "film".
  const [best] = found.sort((a, b) => Number(b.isNext) - Number(a.isNext) || b.length - a.length);
  return best === undefined ? null : { relation: best.relation, subject: best.subject };
}

/** The date and the title (in quotation marks, or what stands before the date) of an entry for the calendar. */
export function readEvent(task: string): AskedEvent | null {
  const date = /\b\d{4}-\d{2}-\d{2}\b/.exec(task);
  if (date === null) return null;
  const title = /"([^"]+)"/.exec(task)?.[1] ?? /(?:add|create|put)\s+(.*?)\s+(?:on|to|in)\b/i.exec(task)?.[1];
  return title === undefined ? null : { title, date: date[0] };
}

/** The address, and all that stands after it, of a mail to be sent. */
export function readEmail(task: string): AskedEmail | null {
  const found = /([\w.+-]+@[\w-]+(?:\.[\w-]+)+)[\s:,]*(.*)$/s.exec(task);
  return found === null ? null : { to: found[1], body: found[2].trim() };
}

/** Things whose names stand in the text; the user counts where spoken of, or to. */
function mentioned(text: string, world: World): string[] {
  const named = namesIn(world).flatMap(({ name, lower }) => (hasWords(text, lower) ? [name] : []));
  return /\b(user|user's|my|your)\b/.test(text) ? [...named, USER] : named;
}

const NAMES = new WeakMap<World, readonly { readonly name: string; readonly lower: string }[]>();

/** All names of a world, made small once: thousands of tasks are read. */
function namesIn(world: World) {
  const known = NAMES.get(world);
  if (known !== undefined) return known;
  const names = NAMED_KINDS.flatMap((kind) => world.things[kind]).map((name) => ({ name, lower: name.toLowerCase() }));
  NAMES.set(world, names);
  return names;
}

/** Whether `words` stand in the text as whole words. */
export function hasWords(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + words.length])) return true;
  }
  return false;
}

/** Whether a text holds a value: its words, or a number that is equal to four digits after the point. */
export function holdsValue(text: string, value: string): boolean {
  if (hasWords(text.toLowerCase(), value.toLowerCase())) return true;
  if (value.trim() === "" || !Number.isFinite(Number(value))) return false;
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  return numbers.some((number) => Math.abs(number - Number(value)) < 5e-5);
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
