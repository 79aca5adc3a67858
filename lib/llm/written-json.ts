import { jsonrepair } from "jsonrepair";

/** A JSON value that stands in a text. */
export interface WrittenValue {
  readonly value: unknown;
  /** The text was no JSON before it was mended. */
  readonly isMended: boolean;
}

/**
 * The JSON values that a model wrote into a text with other words: in code fences, or from a bracket to the one that
 * closes it. What is no JSON is mended where nothing but signs is wrong (commas, quotes, brackets at the end). A value
 * that ends within a string is left out: what was to follow is unknown.
 * @param isCut the text ended where no more tokens were allowed; its last, open value is left out
 */
export function writtenValues(text: string, isCut: boolean): WrittenValue[] {
  const fenced = [...text.matchAll(/```\w*\s*\n(.*?)```/gs)].flatMap(([, inside]) => parsed(inside));
  const bare = passages(text).flatMap(({ passage, end }) => {
    const strict = parsed(passage);
    if (strict.length > 0 || end === "in a string" || (isCut && end === "open")) return strict;
    return mended(passage);
  });
  return [...fenced, ...bare];
}

function parsed(text: string): WrittenValue[] {
  try {
    return [{ value: JSON.parse(text) as unknown, isMended: false }];
  } catch {
    return [];
  }
}

function mended(text: string): WrittenValue[] {
  try {
    return [{ value: JSON.parse(jsonrepair(text)) as unknown, isMended: true }];
  } catch {
    return [];
  }
}

interface Passage {
  readonly passage: string;
  readonly end: "closed" | "open" | "in a string";
}

/** Parts of a text from an opening bracket to the one that closes it, or to the end. */
function passages(text: string): Passage[] {
  const found: Passage[] = [];
  for (let start = text.search(/[[{]/); start >= 0;) {
    const { length, end } = bracketed(text.slice(start));
    found.push({ passage: text.slice(start, start + length), end });
    const next = text.slice(start + length).search(/[[{]/);
    start = next < 0 ? -1 : start + length + next;
  }
  return found;
}

/** How far a text's first bracket reaches. A closing bracket also closes those inside that were forgotten. */
function bracketed(text: string): { length: number; end: Passage["end"] } {
  const open: string[] = [];
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (isString) {
      if (sign === "\\") i++;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === "{" || sign === "[") open.push(sign === "{" ? "}" : "]");
    else if (sign === "}" || sign === "]") {
      const at = open.lastIndexOf(sign);
      if (at >= 0) open.length = at;
      if (open.length === 0) return { length: i + 1, end: "closed" };
    }
  }
  return { length: text.length, end: isString ? "in a string" : "open" };
}
