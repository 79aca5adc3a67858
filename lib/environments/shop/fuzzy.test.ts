import * as fs from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenSetRatio } from "./fuzzy.ts";

const VECTORS = JSON.parse(fs.readFileSync(new URL("fixtures/token-set-ratio.json", import.meta.url), "utf8")) as [
  string,
  string,
  number,
][];

describe("tokenSetRatio", () => {
  it("gives thefuzz's number for every recorded pair", () => {
    expect(VECTORS.length).toBe(240);
    for (const [a, b, expected] of VECTORS) expect([a, b, tokenSetRatio(a, b)]).toEqual([a, b, expected]);
  });

  it("is 100 where one has all words of the other, in any order and case, and 0 where nothing is left", () => {
    expect(tokenSetRatio("Pack of 12", "12 pack OF the best")).toBe(100);
    expect(tokenSetRatio("♥♥", "♥♥")).toBe(0);
    expect(tokenSetRatio("", "")).toBe(0);
  });

  it("rounds halves to the even number, as Python does", () => {
    // Lengths 3 and 5, three letters in common: 100 · (1 − 2/8) = 75; lengths 3 and 13: 100 · (1 − 10/16) = 37.5.
    expect(tokenSetRatio("abc", "abcde")).toBe(75);
    expect(tokenSetRatio("abc", "abcdefghijklm")).toBe(38);
    // 100 · (1 − 15/24) = 37.5 and 100 · (1 − 7/16) = 56.25; 100 · (1 − 1/16 · 9) = 43.75.
    expect(tokenSetRatio("abcd", "abcxyzuvwrst")).toBe(38);
    // 100 · (1 − 14/16) = 12.5.
    expect(tokenSetRatio("a", "abcdefghijklmno")).toBe(12);
  });

  it("is the same both ways and lies in 0 to 100", () => {
    const phrase = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[a-d 1-3_-]{0,20}$/));
    fc.assert(
      fc.property(phrase, phrase, (a, b) => {
        const ratio = tokenSetRatio(a, b);
        expect(ratio).toBe(tokenSetRatio(b, a));
        expect(Number.isInteger(ratio) && ratio >= 0 && ratio <= 100).toBe(true);
      }),
    );
  });
});
