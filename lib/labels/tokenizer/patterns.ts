import { UserError } from "../../base/index.ts";

/**
 * Waymark's units, in the syntax of Hugging Face's `Split`: a word together with the number that follows it
 * (" cabinet 3"), a bare number, a run of other characters, white space. Merges never cross a unit.
 */
export const UNIT_PATTERN = String.raw` ?\p{L}+(?: \d+)?| ?\d+| ?[^\s\p{L}\d]+|\s+`;

/** What `ByteLevel` with `use_regex` splits by (GPT-2). */
export const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** How text is cut before the merges. */
export interface PreTokenizer {
  /** `Split` patterns (behaviour "Isolated"), applied one after the other. */
  readonly patterns: readonly string[];
  /** The patterns are followed by `ByteLevel`'s own regular expression. */
  readonly gpt2: boolean;
  /** `ByteLevel` puts a space before text that does not start with one. */
  readonly prefixSpace: boolean;
}

// Hugging Face's engine reads \s and \d by Unicode property, JavaScript reads \d as ASCII and \s with U+FEFF.
const CLASSES: Record<string, string> = {
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
};

/** The JavaScript form of a pattern from a `tokenizer.json`. Throws `UserError` where JavaScript cannot express it. */
export function toRegExp(pattern: string, name: string): RegExp {
  const spelled = pattern
    // Node 20 has no inline flags. The group occurs for English contractions; "ſ" is the other lower case of "S".
    .replace(/\(\?i:([a-z'|]+)\)/g, (_, body: string) =>
      body.replace(/[a-z]/g, (c) => `[${c}${c.toUpperCase()}${c === "s" ? "ſ" : ""}]`).replace(/^(.*)$/, "(?:$1)"),
    )
    .replace(/\\(.)/gs, (whole, c: string) => CLASSES[c] ?? whole);
  try {
    if (/\(\?[a-z]|[*+?]\+|\\[wWbBh]/.test(spelled)) throw new Error("inline flag, possessive quantifier or \\w");
    return new RegExp(spelled, "gu");
  } catch (error) {
    throw new UserError(
      `${name}: pre-tokenizer pattern ${JSON.stringify(pattern)} is not supported (${(error as Error).message}); ` +
        `use a tokenizer whose Split pattern is plain, such as GPT-2's, Llama 3's or Qwen's`,
    );
  }
}

/** A function that cuts text into the pieces within which merges happen. The pieces joined give the text. */
export function createSplitter(config: PreTokenizer, name: string): (text: string) => readonly string[] {
  const expressions = [...config.patterns, ...(config.gpt2 ? [GPT2_PATTERN] : [])].map((p) => toRegExp(p, name));
  const addSpace = (text: string): string =>
    config.prefixSpace && text !== "" && !text.startsWith(" ") ? ` ${text}` : text;
  if (expressions.length === 1) {
    const [expression] = expressions;
    return (text) => isolate(addSpace(text), expression);
  }
  return (text) => expressions.reduce<readonly string[]>((p, e) => p.flatMap((x) => isolate(x, e)), [addSpace(text)]);
}

/** Matches and what lies between them, in order. */
function isolate(text: string, expression: RegExp): readonly string[] {
  const matches: string[] = text.match(expression) ?? [];
  let matched = 0;
  for (const match of matches) matched += match.length;
  if (matched === text.length) return matches.includes("") ? matches.filter((m) => m !== "") : matches;
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(expression)) {
    const start = match.index ?? end;
    if (start > end) pieces.push(text.slice(end, start));
    if (match[0] !== "") pieces.push(match[0]);
    end = start + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

/** Cuts text into Waymark's units: what a trained tokenizer makes one token where it can. */
export const splitUnits = createSplitter({ patterns: [UNIT_PATTERN], gpt2: false, prefixSpace: false }, "units");
