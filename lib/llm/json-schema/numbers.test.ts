import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../base/index.ts";
import { ANY_NUMBER, integerGrammar, numberGrammar, type Bounds } from "./numbers.ts";

/** The EBNF as a regular expression: number grammars use only what both have. */
const asPattern = (grammar: string): RegExp =>
  new RegExp(
    `^(?:${grammar
      .replace(/"([^"]*)"/g, (_, text: string) => text.replace(/[.+]/g, "\\$&"))
      .replace(/\(/g, "(?:")
      .replace(/ /g, "")})$`,
  );

const satisfies = (x: number, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Bounds): boolean =>
  x >= (minimum ?? -Infinity) &&
  x <= (maximum ?? Infinity) &&
  x > (exclusiveMinimum ?? -Infinity) &&
  x < (exclusiveMaximum ?? Infinity);

const bound = fc.option(fc.integer({ min: -1200, max: 1200 }), { nil: undefined });
const bounds = fc.record({ minimum: bound, maximum: bound, exclusiveMinimum: bound, exclusiveMaximum: bound });

/** The pattern, or null where the bounds leave nothing. */
function patternOf(make: typeof integerGrammar, given: Bounds): RegExp | null {
  try {
    return asPattern(make(given, "#"));
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return null;
  }
}

test("whole numbers: exactly those within the bounds, each written in one way", () => {
  fc.assert(
    fc.property(bounds, (given) => {
      const pattern = patternOf(integerGrammar, given);
      for (let x = -1300; x <= 1300; x++)
        if ((pattern?.test(String(x)) ?? false) !== satisfies(x, given)) expect([x, given, pattern]).toBe("consistent");
    }),
  );
  const pattern = asPattern(integerGrammar({ minimum: -3 }, "#"));
  for (const text of ["-0", "00", "01", "+1", "1.0", "1e2", "", "-", "1000000000000000"])
    expect(pattern.test(text)).toBe(false);
  expect(pattern.test("999999999999999")).toBe(true);
});

test("bounds of whole numbers may be decimal or larger than what is written", () => {
  expect(asPattern(integerGrammar({ minimum: 0.5, exclusiveMaximum: 3 }, "#")).source).toBe("^(?:[1-2])$");
  const safe = integerGrammar({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, "#");
  expect(safe).toBe(integerGrammar({}, "#"));
});

test("decimal numbers: none outside the bounds, all those within that have up to 6 decimals", () => {
  const part = fc.tuple(fc.integer({ min: -1300, max: 1300 }), fc.integer({ min: 0, max: 999_999 }));
  fc.assert(
    fc.property(bounds, fc.array(part, { minLength: 20, maxLength: 20 }), (given, parts) => {
      const pattern = patternOf(numberGrammar, given);
      const { minimum = 0, maximum = 0, exclusiveMinimum = 0, exclusiveMaximum = 0 } = given;
      const near = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].flatMap((x) => [x, x + 0.5, x - 0.000001]);
      for (const x of [...parts.map(([whole, rest]) => whole + rest / 1e6), ...near]) {
        const text = x.toFixed(6).replace(/\.?0+$/, "");
        if (text === "-0") continue;
        const found = pattern?.test(text) ?? false;
        if (found !== satisfies(Number(text), given)) expect([text, given, pattern]).toBe("consistent");
      }
    }),
  );
});

test("decimal numbers are finite and JSON", () => {
  const pattern = asPattern(ANY_NUMBER);
  for (const text of ["0", "-0.5", "12", "1.5e-10", "999999999999999.999999999999999E+99"]) {
    expect(pattern.test(text)).toBe(true);
    expect(Number.isFinite(JSON.parse(text))).toBe(true);
  }
  for (const text of ["01", ".5", "1.", "+1", "1e", "1e999", "NaN"]) expect(pattern.test(text)).toBe(false);
  expect(asPattern(numberGrammar({ minimum: 0, maximum: 1 }, "#")).test("0.25")).toBe(true);
});

test.each<[Bounds, string]>([
  [{ minimum: 0.5 }, "minimum 0.5: only whole numbers up to 1000000000 can bound a number"],
  [{ exclusiveMaximum: 1e10 }, "exclusiveMaximum 10000000000"],
  [{ minimum: 2, maximum: 1 }, "no number is between its bounds"],
  [{ minimum: 1, exclusiveMaximum: 1 }, "no number is between its bounds"],
])("%o is refused", (given, message) => {
  expect(() => numberGrammar(given, "#/a")).toThrow(message);
});
