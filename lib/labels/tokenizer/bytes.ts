/**
 * The byte-level alphabet of GPT-2: each of the 256 bytes as one printable character, so that a vocabulary can be
 * written as JSON. Printable Latin-1 stands for itself; the others are shifted beyond U+0100 ("Ġ" is the space).
 */
const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

const characters: string[] = [];
let shifted = 256;
for (let byte = 0; byte < 256; byte++) characters.push(String.fromCodePoint(isPrintable(byte) ? byte : shifted++));

/** Character of each byte. */
export const BYTE_CHARACTERS: readonly string[] = characters;

const byteOf = new Map(characters.map((character, byte) => [character, byte]));

/** `text` as UTF-8, one alphabet character a byte. Unpaired surrogates become U+FFFD, as everywhere in UTF-8. */
export function toByteCharacters(text: string): string {
  let out = "";
  for (const byte of Buffer.from(text, "utf8")) out += BYTE_CHARACTERS[byte];
  return out;
}

/** Bytes of alphabet characters; null where `token` holds another character. */
export function fromByteCharacters(token: string): Uint8Array | null {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOf.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
