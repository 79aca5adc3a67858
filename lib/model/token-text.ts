/** Text of a growing list of tokens; the pieces together are the whole text. */
export interface TextReader {
  /** Takes the next token; returns the text that it completes. */
  push(id: number): string;
  /** What was held back, when no token will follow. */
  finish(): string;
}

/** What tokens that are not yet a whole character decode to. */
const REPLACEMENT = "\uFFFD";

/** Text as it stands, character by character: half characters wait. Does not depend on where tokens begin and end. */
export class TokenText implements TextReader {
  readonly #decode: (ids: readonly number[]) => string;
  /** Tokens since the last one that ended with a whole character, and how much of their text has been given out. */
  #ids: number[] = [];
  #given = 0;

  /**
   * @param decode text of ids; at the border of characters, the text of two lists must be the text of their sum, as it is
   * with byte-level tokenizers. Bytes that are no UTF-8 must become U+FFFD.
   */
  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  push(id: number): string {
    this.#ids.push(id);
    const text = this.#decode(this.#ids);
    let whole = text.length; // behind it, a character may be incomplete
    while (text.endsWith(REPLACEMENT, whole)) whole--;
    const piece = text.slice(this.#given, Math.max(whole, this.#given));
    this.#given = Math.max(whole, this.#given);
    if (whole === text.length) this.#forget();
    return piece;
  }

  finish(): string {
    const rest = this.#decode(this.#ids).slice(this.#given);
    this.#forget();
    return rest;
  }

  #forget(): void {
    this.#ids = [];
    this.#given = 0;
  }
}
