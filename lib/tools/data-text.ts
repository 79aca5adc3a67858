/** Marks that chat templates and our own prompts give a meaning to; in foreign text they lose it. */
const CONTROL_TOKENS: readonly (readonly [RegExp, string])[] = [
  [/<\|/g, "< |"],
  [/\|>/g, "| >"],
  [/\[(\/?)(INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]/gi, "[ $1$2 ]"],
  [/<<(\/?SYS)>>/gi, "< <$1> >"],
  [/<(\/?(?:s|bos|eos|unk|pad|start_of_turn|end_of_turn|think|tool_call|tool_response))>/gi, "< $1 >"],
  [/`{3,}/g, "'''"],
  [/~{3,}/g, "''"],
  [/<<<|>>>/g, "'"],
];

/** C0 and C1 controls but tab and newline, soft hyphen, zero-width and bidirectional marks, tags, variation selectors. */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * Foreign text (a page, a mail, a dump) made safe to stand in a prompt as data: no invisible characters, no tokens of
 * chat templates, no fences, at most `maxCharacters` long. What it says stays; that a model must not obey it is said in
 * the prompts.
 */
export function dataText(text: string, maxCharacters = Infinity): string {
  let clean = wellFormed(text).replace(/\r\n?/g, "\n").replace(INVISIBLE, "");
  for (const [pattern, replacement] of CONTROL_TOKENS) clean = clean.replace(pattern, replacement);
  clean = clean
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return clean.length <= maxCharacters ? clean : clean.slice(0, maxCharacters).trimEnd() + " […]";
}

/** Lone surrogates become the replacement character: they cannot be written as UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
