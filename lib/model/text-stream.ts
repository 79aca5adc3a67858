/** What tokens that are not yet a whole character decode to. */
const REPLACEMENT = "\uFFFD";

/**
 * Text of a growing list of tokens, up to the first stop string. Gives out only what is certain: no half characters, and
 * nothing that may turn out to be the beginning of a stop string. The text does not depend on where tokens begin and end.
 */
export class TextStream {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #stopStrings: readonly string[];
  /** Tokens since the last one that ended with a whole character, and how much of their text has been taken from them. */
  #ids: number[] = [];
  #taken = 0;
  /** Taken, but not yet given out. */
  #held = "";
  #stoppedBy: string | undefined;

  /**
   * @param decode text of ids; at the border of characters, the text of two lists must be the text of their sum, as it is
   * with byte-level tokenizers. Bytes that are no UTF-8 must become U+FFFD.
   */
  constructor(decode: (ids: readonly number[]) => string, stopStrings: readonly string[]) {
    this.#decode = decode;
    this.#stopStrings = stopStrings;
  }

  /** The stop string that ended the text. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** Takes the next token; returns the text that has become certain. */
  push(id: number): string {
    if (this.#stoppedBy !== undefined) return "";
    this.#ids.push(id);
    const text = this.#decode(this.#ids);
    let whole = text.length; // behind it, a character may be incomplete
    while (text.endsWith(REPLACEMENT, whole)) whole--;
    this.#held += text.slice(this.#taken, Math.max(whole, this.#taken));
    this.#taken = Math.max(whole, this.#taken);
    if (whole === text.length) {
      this.#ids = [];
      this.#taken = 0;
    }
    const stop = firstMatch(this.#held, this.#stopStrings);
    if (stop) {
      this.#stoppedBy = stop.text;
      const before = this.#held.slice(0, stop.start);
      this.#held = "";
      return before;
    }
    return this.#give(this.#held.length - longestBeginning(this.#held, this.#stopStrings));
  }

  /** What was held back, when no token will follow. */
  finish(): string {
    if (this.#stoppedBy !== undefined) return "";
    this.#held += this.#decode(this.#ids).slice(this.#taken);
    this.#ids = [];
    this.#taken = 0;
    return this.#give(this.#held.length);
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
