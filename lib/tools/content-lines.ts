/** Text as one line: line breaks and other controls become spaces, so nothing can begin a new line or header. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

/**
 * Cuts `text` into pieces of at most `octets` bytes of UTF-8 (the first one of `first`), between characters. At least one
 * character a piece.
 */
export function pieces(text: string, octets: number, first = octets): string[] {
  const result: string[] = [];
  let piece = "";
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size > 0 && size + bytes > (result.length === 0 ? first : octets)) {
      result.push(piece);
      [piece, size] = ["", 0];
    }
    piece += character;
    size += bytes;
  }
  result.push(piece);
  return result;
}
