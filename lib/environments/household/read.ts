import type { Goal } from "./facts.ts";
import { NOTHING_HAPPENS } from "./wording.ts";

/** What can be read from an observation. `contents` names a receptacle and what lies there; `refused` changed nothing. */
export type Reading =
  | { readonly kind: "contents"; readonly receptacle: string; readonly objects: readonly string[] }
  | { readonly kind: "closed"; readonly receptacle: string }
  | { readonly kind: "refused" }
  | { readonly kind: "other" };

/** The type of an entity: "cabinet" for "cabinet 3". */
export const typeOf = (name: string): string => name.slice(0, name.lastIndexOf(" "));

const names = (list: string): string[] => list.match(/\b[a-z]+ \d+\b/g) ?? [];

/** Receptacles in the order of the text, and the task sentence; null where the text is no first observation. */
export function readIntro(text: string): { receptacles: string[]; task: string } | null {
  const match = /you see (.*)\.\n+Your task is to: (.*)\.\s*$/.exec(text);
  return match && { receptacles: names(match[1]), task: match[2] };
}

const SENTENCES: readonly [RegExp, Goal["type"]][] = [
  [/^(?:look at|examine the) (\w+) (?:under|with) the (\w+)$/, "look_at_obj_in_light"],
  [/^(?:put a clean|clean some) (\w+) (?:in|and put it in) (\w+)$/, "pick_clean_then_place_in_recep"],
  [/^(?:put a hot|heat some) (\w+) (?:in|and put it in) (\w+)$/, "pick_heat_then_place_in_recep"],
  [/^(?:put a cool|cool some) (\w+) (?:in|and put it in) (\w+)$/, "pick_cool_then_place_in_recep"],
  [/^(?:put|find) two (\w+) (?:in|and put them in) (\w+)$/, "pick_two_obj_and_place"],
  [/^put (?:some|a) (\w+) (?:on|in) (\w+)$/, "pick_and_place_simple"],
];

/** The goal that a task sentence asks for; null where it follows none of ALFWorld's templates. */
export function readTask(task: string): Goal | null {
  for (const [pattern, type] of SENTENCES) {
    const match = pattern.exec(task);
    if (!match) continue;
    const [, object, place] = match;
    return type === "look_at_obj_in_light"
      ? { type, object, receptacle: null, lamp: place }
      : { type, object, receptacle: place, lamp: null };
  }
  return null;
}

export function readObservation(text: string): Reading {
  if (text === NOTHING_HAPPENS) return { kind: "refused" };
  const closed = /(?:^|\. )The ([a-z]+ \d+) is closed\.$/.exec(text);
  if (closed) return { kind: "closed", receptacle: closed[1] };
  const contents = /(?:On the ([a-z]+ \d+)|The ([a-z]+ \d+) is open\. In it), you see (.*)\.$/.exec(text);
  if (contents) return { kind: "contents", receptacle: contents[1] ?? contents[2], objects: names(contents[3]) };
  return { kind: "other" };
}

/** A command's verb and the entities it names, in order, in either wording. */
export function readAction(text: string): { verb: string; entities: string[] } {
  return { verb: text.split(" ", 1)[0], entities: names(text) };
}
