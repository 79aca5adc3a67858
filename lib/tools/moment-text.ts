const MONTHS = "january february march april may june july august september october november december".split(" ");
const MONTH = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`;
const FORMS: readonly (readonly [RegExp, (match: RegExpExecArray) => [string, number, string]])[] = [
  [/\b(\d{4})-(\d{1,2})-(\d{1,2})\b/, (m) => [m[1], Number(m[2]), m[3]]],
  [/\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/, (m) => [m[3], Number(m[2]), m[1]]],
  [new RegExp(String.raw`\b${MONTH} (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b`, "i"), (m) => [m[3], monthOf(m[1]), m[2]]],
  [
    new RegExp(String.raw`\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH},? (\d{4})\b`, "i"),
    (m) => [m[3], monthOf(m[2]), m[1]],
  ],
];
const TIME = /\b(?:at |from )?(\d{1,2})(?::(\d{2}))? ?(am|pm)\b|\b([01]?\d|2[0-3]):([0-5]\d)\b/i;

/** The first date that a text names in full, as `YYYY-MM-DD`, and where it stands; null where there is none. */
export function dateIn(text: string): { date: string; written: string } | null {
  for (const [pattern, read] of FORMS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [year, month, day] = read(match);
    const date = `${year}-${String(month).padStart(2, "0")}-${day.padStart(2, "0")}`;
    if (isDate(date)) return { date, written: match[0] };
  }
  return null;
}

/** The first time of day, as `HH:MM`. */
export function timeIn(text: string): { time: string; written: string } | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [written, hour12, minute12 = "00", half, hour24, minute24] = match;
  if (half === undefined) return { time: `${hour24.padStart(2, "0")}:${minute24}`, written };
  const hour = Number(hour12);
  if (hour < 1 || hour > 12 || Number(minute12) > 59) return null;
  const hours = (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  return { time: `${String(hours).padStart(2, "0")}:${minute12}`, written };
}

/** A day that exists, as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

function monthOf(short: string): number {
  return MONTHS.findIndex((name) => name.startsWith(short.toLowerCase())) + 1;
}
