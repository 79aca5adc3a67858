import type { TextReader } from "./token-text.ts";

/**
 * Text of a growing list of tokens, up to the first stop string. Gives out only what is certain: nothing that the reader
 * holds back, and nothing that may turn out to be the beginning of a stop string.
 */
export class TextStream implements TextReader {
  readonly #reader: TextReader;
  readonly #stopStrings: readonly string[];
  /** Read, but not yet given out. */
  #held = "";
  #stoppedBy: string | undefined;

  constructor(reader: TextReader, stopStrings: readonly string[]) {
    this.#reader = reader;
    this.#stopStrings = stopStrings;
  }

  /** The stop string that ended the text. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  push(id: number): string {
    if (this.#stoppedBy !== undefined) return "";
    const stopped = this.#take(this.#reader.push(id));
    return stopped ?? this.#give(this.#held.length - longestBeginning(this.#held, this.#stopStrings));
  }

  finish(): string {
    if (this.#stoppedBy !== undefined) return "";
    const stopped = this.#take(this.#reader.finish());
    return stopped ?? this.#give(this.#held.length);
  }

  /** Adds text; returns what stands before a stop string, where there is one now. */
  #take(text: string): string | undefined {
    this.#held += text;
    const stop = firstMatch(this.#held, this.#stopStrings);
    if (!stop) return undefined;
    this.#stoppedBy = stop.text;
    const before = this.#held.slice(0, stop.start);
    this.#held = "";
    return before;
  }

  #give(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text;
  }
}

/** The match that ends first, and of those the longest: what would be found reading character by character. */
function firstMatch(text: string, stopStrings: readonly string[]): { text: string; start: number } | undefined {
  let found: { text: string; start: number; end: number } | undefined;
  for (const stop of stopStrings) {
    const start = text.indexOf(stop);
    const end = start + stop.length;
    if (start >= 0 && (!found || end < found.end || (end === found.end && start < found.start)))
      found = { text: stop, start, end };
  }
  return found;
}

/** Length of the longest end of `text` with which a stop string begins. */
function longestBeginning(text: string, stopStrings: readonly string[]): number {
  let longest = 0;
  for (const stop of stopStrings)
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--)
      if (text.endsWith(stop.slice(0, length))) longest = length;
  return longest;
}
