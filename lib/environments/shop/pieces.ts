/**
 * A page as its visible texts, in order; what can be clicked is said by `kind`, never by the text, so that no product can
 * pretend to be a button. `label` is an option's value.
 */
export interface Piece {
  readonly kind: "text" | "button" | "link" | "label";
  readonly text: string;
}

export const text = (content: string): Piece => ({ kind: "text", text: content });
export const button = (content: string): Piece => ({ kind: "button", text: content });

/** `text`: texts with " [SEP] " between. `text_rich`: one a line, and what can be clicked marked as a button. */
export type ObservationMode = "text" | "text_rich";

/** WebShop's observation mode `text`. */
export function plainText(pieces: readonly Piece[]): string {
  return shown(pieces)
    .map((piece) => piece.text.trim())
    .join(" [SEP] ");
}

/** WebShop's observation mode `text_rich`; `isClicked` says which links and options were clicked before. */
export function richText(pieces: readonly Piece[], isClicked: (piece: Piece) => boolean): string {
  let result = "";
  for (const piece of shown(pieces)) {
    const clicked = (piece.kind === "link" || piece.kind === "label") && isClicked(piece);
    const mark = clicked ? "clicked button" : "button";
    const marked = `[${mark}] ${piece.text} [${mark}_]`;
    if (piece.kind === "label") {
      if (clicked) result = `You have clicked ${piece.text}.\n${result}`;
      result += `  ${marked}\n`;
    } else if (piece.kind === "link") result += `\n${marked}\n`;
    else result += `${piece.kind === "button" ? marked : piece.text}\n`;
  }
  return result;
}

/**
 * What remains of the texts in WebShop's parsed HTML: an empty one makes no text node, one of blanks is a single blank, and
 * one of blanks with a line break is left out.
 */
function shown(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap((piece) => {
    if (piece.text === "" || /^[ \t\r\f]*\n\s*$/.test(piece.text)) return [];
    return [/^[ \t\r\f]+$/.test(piece.text) ? { ...piece, text: " " } : piece];
  });
}
