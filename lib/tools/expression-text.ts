import { FUNCTIONS } from "./expression.ts";

/** Words that stand for a sign, longest first. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:raised )?to the power of\b/gi, "^"],
  [/\bmultiplied by\b|\btimes\b|[×·⋅]/gi, "*"],
  [/\bdivided by\b|\bover\b|÷/gi, "/"],
  [/\bplus\b/gi, "+"],
  [/\bminus\b|[−–]/gi, "-"],
  [/\bsquared\b/gi, "^2"],
  [/\bcubed\b/gi, "^3"],
  [/(?<=\d) ?%(?: of\b)|\bpercent of\b/gi, " / 100 *"],
  [/\bsquare root of (\d+(?:\.\d+)?)/gi, "sqrt($1)"],
];
const SCALES: Readonly<Record<string, string>> = { thousand: "e3", million: "e6", billion: "e9", trillion: "e12" };
const NUMBER = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const PAIR = String.raw`(${NUMBER})[^\d;.?!+*/^()-]{0,60}?\band\b[^\d;.?!+*/^()-]{0,60}?(${NUMBER})`;
const PAIRS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`\bdifference\b[^\d;.?!]{0,80}${PAIR}`, "i"), "abs($1 - $2)"],
  [new RegExp(String.raw`\bsum\b[^\d;.?!]{0,80}${PAIR}`, "i"), "$1 + $2"],
  [new RegExp(String.raw`\bproduct\b[^\d;.?!]{0,80}${PAIR}`, "i"), "$1 * $2"],
  [new RegExp(String.raw`\b(?:average|mean)\b[^\d;.?!]{0,80}${PAIR}`, "i"), "($1 + $2) / 2"],
];
const DATE = String.raw`(\d{4}-\d{2}-\d{2})`;
const DATES = new RegExp(String.raw`\b(days|years)\b[^\d]{0,60}${DATE}[^\d]{1,60}${DATE}`, "i");
const TOKEN = new RegExp(String.raw`${NUMBER}|[A-Za-z_]\w*|\d{4}-\d{2}-\d{2}|[-+*/^(),!]|\S`, "g");

/**
 * The arithmetic expression that a sentence states, such as `25^0.24` in "Calculate the value of 25^0.24."; null where it
 * states none. Reads signs, a few words for them, and "the difference between 7 and 5"; anything harder needs a model.
 */
export function expressionIn(sentence: string): string | null {
  const dates = DATES.exec(sentence);
  if (dates) return `${dates[1].toLowerCase()}("${dates[2]}", "${dates[3]}")`;
  // Other dates are no arithmetic: 2024-05-01 is not 2018.
  let text = sentence.replace(/\d{4}-\d{2}-\d{2}/g, ";").replace(/(?<=\d),(?=\d{3}(?!\d))/g, "");
  text = text.replace(/(\d) ?(thousand|million|billion|trillion)\b/gi, (_, digit: string, scale: string) => {
    return digit + SCALES[scale.toLowerCase()];
  });
  for (const [pattern, sign] of SIGNS) text = text.replace(pattern, sign.includes("$") ? sign : ` ${sign} `);
  const written = longestRun(text);
  if (written !== null) return written;
  for (const [pattern, form] of PAIRS) {
    const match = pattern.exec(text);
    if (match) return form.replace("$1", match[1]).replace("$2", match[2]);
  }
  return null;
}

/** The longest row of tokens that can be an expression with an operator or a function in it. */
function longestRun(text: string): string | null {
  const runs: string[][] = [[]];
  for (const [token] of text.matchAll(TOKEN)) {
    const fits = /^[\d+*/^(),!-]/.test(token) || FUNCTIONS.has(token) || token === "pi";
    if (fits) runs[runs.length - 1].push(token);
    else runs.push([]);
  }
  const candidates = runs
    .map((run) => balanced(run).join(" "))
    .filter((run) => /\d/.test(run) && (/\d[^,]*[+*/^!-]/.test(run) || /[a-z0-9]+ \(/.test(run)));
  candidates.sort((a, b) => b.length - a.length);
  return candidates[0] ?? null;
}

/** Without what cannot begin or end an expression, and without brackets that have no other half. */
function balanced(run: readonly string[]): string[] {
  const tokens = [...run];
  while (tokens.length > 0 && /^[*/^,!)]$/.test(tokens[0])) tokens.shift();
  while (
    tokens.length > 0 &&
    (/^[-+*/^,(]$/.test(tokens[tokens.length - 1]) || FUNCTIONS.has(tokens[tokens.length - 1]))
  )
    tokens.pop();
  let open = 0;
  const kept: string[] = [];
  for (const token of tokens) {
    if (token === ")" && open === 0) continue;
    if (token === "(") open++;
    if (token === ")") open--;
    kept.push(token);
  }
  for (; open > 0; open--) kept.push(")");
  return kept;
}
