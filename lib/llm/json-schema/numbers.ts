import { UserError } from "../../base/index.ts";

/** Bounds of a number, as in JSON Schema. */
export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Whole numbers are written with up to 15 digits: all of those are exact. */
const LARGEST = 10 ** 15 - 1;

/** Bounds of decimal numbers, so that what is written before a bound is not rounded to it: 9 digits and 6 decimals. */
const LARGEST_BOUND = 10 ** 9;

/** Any JSON number that is finite when read. */
export const ANY_NUMBER = `"-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,15})? ([eE] [+-]? [0-9]{1,2})?`;

/** EBNF of the whole numbers within bounds. `where` is quoted in errors. */
export function integerGrammar(bounds: Bounds, where: string): string {
  const { minimum = -LARGEST, maximum = LARGEST, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = bounds;
  const low = Math.max(Math.ceil(minimum), Math.floor(exclusiveMinimum) + 1, -LARGEST);
  const high = Math.min(Math.floor(maximum), Math.ceil(exclusiveMaximum) - 1, LARGEST);
  if (low > high) throw new UserError(`${where}: no whole number is between its bounds`);
  const negative = low < 0 ? [`"-" (${digits(Math.max(1, -high), -low)})`] : [];
  return [...negative, ...(high >= 0 ? [digits(Math.max(0, low), high)] : [])].join(" | ");
}

/** EBNF of the decimal numbers within bounds, which must be whole numbers. `where` is quoted in errors. */
export function numberGrammar(bounds: Bounds, where: string): string {
  const given = Object.entries(bounds) as [string, number | undefined][];
  for (const [name, value] of given)
    if (value !== undefined && !(Number.isInteger(value) && Math.abs(value) <= LARGEST_BOUND))
      throw new UserError(`${where}: ${name} ${value}: only whole numbers up to ${LARGEST_BOUND} can bound a number`);
  const { minimum = -LARGEST, maximum = LARGEST, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = bounds;
  const low = Math.max(minimum, exclusiveMinimum);
  const high = Math.min(maximum, exclusiveMaximum);
  const withoutLow = exclusiveMinimum >= minimum;
  const withoutHigh = exclusiveMaximum <= maximum;
  const parts = [
    // 0 is written without a sign.
    ...decimals(Math.max(0, -high), high >= 0 || withoutHigh, -low, withoutLow).map((part) => `"-" (${part})`),
    ...decimals(Math.max(0, low), low >= 0 && withoutLow, high, withoutHigh),
  ];
  if (parts.length === 0) throw new UserError(`${where}: no number is between its bounds`);
  return parts.join(" | ");
}

/** Decimal numbers from `low` (0 or more) to `high`, without the one or the other if so told. */
function decimals(low: number, withoutLow: boolean, high: number, withoutHigh: boolean): string[] {
  if (high < low || (high === low && (withoutLow || withoutHigh))) return [];
  if (high === low) return [`"${low}"`];
  return [
    withoutLow ? `"${low}." [0-9]{0,5} [1-9]` : `"${low}" ("." [0-9]{1,6})?`,
    ...(low + 1 < high ? [`(${digits(low + 1, high - 1)}) ("." [0-9]{1,6})?`] : []),
    ...(withoutHigh ? [] : [`"${high}"`]),
  ];
}

/** Whole numbers from `low` (0 or more) to `high`. */
function digits(low: number, high: number): string {
  const parts: string[] = [];
  for (let length = String(low).length; length <= String(high).length; length++) {
    const least = Math.max(low, length === 1 ? 0 : 10 ** (length - 1));
    parts.push(...sameLength(String(least), String(Math.min(high, 10 ** length - 1))));
  }
  return parts.join(" | ");
}

/** Numbers between two of the same number of digits. */
function sameLength(low: string, high: string): string[] {
  const rest = low.length - 1;
  if (low === high) return [`"${low}"`];
  if (rest === 0) return [`[${low}-${high}]`];
  const [first, last] = [Number(low[0]), Number(high[0])];
  const follow = (digit: number, parts: string[]): string => `"${digit}" (${parts.join(" | ")})`;
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first === last) return [follow(first, sameLength(lowRest, highRest))];
  const fromZero = /^0+$/.test(lowRest);
  const toNine = /^9+$/.test(highRest);
  const [from, to] = [fromZero ? first : first + 1, toNine ? last : last - 1];
  return [
    ...(fromZero ? [] : [follow(first, sameLength(lowRest, "9".repeat(rest)))]),
    ...(from > to ? [] : [`${from === to ? `"${from}"` : `[${from}-${to}]`} [0-9]{${rest}}`]),
    ...(toNine ? [] : [follow(last, sameLength("0".repeat(rest), highRest))]),
  ];
}
