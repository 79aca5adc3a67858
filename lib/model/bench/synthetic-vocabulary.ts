import { createRandom, type Random } from "../../base/index.ts";

/** What a benchmark of masks is given: bytes of the tokens in hexadecimal, the last one the stop token; and texts as ids. */
export interface MaskJob {
  readonly tokens: readonly string[];
  readonly schema: object;
  readonly texts: readonly (readonly number[])[];
}

/** The plan that bot-with-plan's planner writes. */
const FIELDS = ["context_information_summary", "thoughts", "task"] as const;
const TOOLS = ["ask_user", "calculate_number", "create_event", "final_answer", "search_internet", "search_wikipedia", "send_email", "use_bash"]; // prettier-ignore
const PLAN = {
  type: "object",
  properties: { ...Object.fromEntries(FIELDS.map((name) => [name, { type: "string" }])), selected_tool: { enum: TOOLS } }, // prettier-ignore
  required: [...FIELDS, "selected_tool"],
  additionalProperties: false,
};

const JSON_SIGNS = ['{"', '":', '": "', '", "', '","', '"}', '":"', '"]', "[]", "{}", '": ', ", ", '": [', "],", "},", '\\"', "\\n", "  ", "    ", "...", "--", "//", "()", ");", " (", '."', ',"', '"\n', "\n\n", "\n"]; // prettier-ignore
const SYLLABLES = ["a", "e", "i", "o", "u", "al", "an", "ar", "at", "be", "ca", "ce", "con", "de", "di", "do", "ed", "el", "en", "er", "es", "et", "ex", "fi", "ga", "ge", "ha", "he", "in", "ing", "ion", "is", "it", "ki", "la", "le", "li", "lo", "ly", "ma", "me", "ment", "mi", "mo", "ne", "ni", "no", "on", "or", "ou", "pa", "per", "pi", "po", "pro", "qu", "ra", "re", "ri", "ro", "sa", "se", "si", "st", "sta", "ta", "te", "th", "ti", "to", "tra", "tri", "un", "ur", "us", "ve", "vi", "wa", "we", "wi", "yo", "zu"]; // prettier-ignore
const OTHER_SCRIPTS = ["é", "ü", "ß", "ñ", "и", "на", "ст", "ων", "的", "中国", "は", "です", "한", "안녕", "ال", "न", "🙂", "—", "“", "”", "…"]; // prettier-ignore

/**
 * A vocabulary of `size` tokens that is made like those of byte-level BPE, as none of 131,072 is at hand: all bytes, signs
 * of JSON, numbers of up to three digits, words and parts of words (with a blank before them, with capitals, with signs
 * of code around), other scripts and halves of their characters. `count` plans are written in it, longest token first.
 */
export function maskJob(size: number, count: number): MaskJob {
  const random = createRandom(0, `bench/masks/${size}`);
  const tokens = vocabulary(size - 1, random);
  const known = new Map(tokens.map((token, id) => [token, id]));
  const longest = tokens.reduce((most, { length }) => Math.max(most, length / 2), 0);
  const texts = Array.from({ length: count }, () => idsOf(plan(random), known, longest));
  return { tokens: [...tokens, hex("</s>")], schema: PLAN, texts };
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

function vocabulary(size: number, random: Random): string[] {
  const tokens = new Set(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0")));
  for (const text of [...JSON_SIGNS, ...FIELDS, ...TOOLS, ...SYLLABLES.map((part) => ` ${part}`)])
    tokens.add(hex(text));
  const add = (token: string): unknown => tokens.size < size && tokens.add(token);
  for (let number = 0; number < Math.min(1110, size / 8); number++) add(hex(String(number)));
  while (tokens.size < size) add(piece(random));
  return [...tokens];
}

function piece(random: Random): string {
  if (random.chance(0.12)) {
    const whole = hex(Array.from({ length: 1 + random.int(3) }, () => random.pick(OTHER_SCRIPTS)).join(""));
    const half = 2 * random.int(2); // begins or ends within a character, as merges of bytes do
    return random.chance(0.8) ? whole : whole.slice(half, whole.length - 2 + half);
  }
  const word = wordOf(random, 1 + random.int(4));
  const written = random.chance(0.25) ? word[0].toUpperCase() + word.slice(1) : word;
  const before = random.chance(0.5)
    ? " "
    : random.chance(0.06)
      ? random.pick(['"', "_", "(", ".", "/", ' "', "\n"])
      : "";
  const after = random.chance(0.04) ? random.pick(['"', '":', '",', "_", "(", "()", ";", '"}']) : "";
  return hex(before + written + after);
}

const wordOf = (random: Random, parts: number): string =>
  Array.from({ length: parts }, () => random.pick(SYLLABLES)).join("");

function plan(random: Random): string {
  const sentence = (words: number): string =>
    Array.from({ length: words }, () => (random.chance(0.05) ? random.pick(["\n", '"', "é", "42", "🙂"]) : wordOf(random, 1 + random.int(3)))).join(" "); // prettier-ignore
  const texts = FIELDS.map((name) => [name, sentence(5 + random.int(25))]);
  return JSON.stringify({ ...Object.fromEntries(texts), selected_tool: random.pick(TOOLS) });
}

/** Of a text's tokens: at each place the longest that fits. */
function idsOf(text: string, known: ReadonlyMap<string, number>, longest: number): number[] {
  const bytes = hex(text);
  const ids: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = Math.min(2 * longest, bytes.length - at);
    while (!known.has(bytes.slice(at, at + length))) length -= 2;
    ids.push(known.get(bytes.slice(at, at + length))!);
    at += length;
  }
  return ids;
}
