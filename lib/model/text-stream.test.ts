import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextStream } from "./text-stream.ts";
import { TokenText } from "./token-text.ts";

/** Tokens are pieces of UTF-8. */
const codec = (pieces: readonly Uint8Array[]): { ids: number[]; decode: (ids: readonly number[]) => string } => ({
  ids: pieces.map((_, i) => i),
  decode: (ids) => Buffer.concat(ids.map((id) => pieces[id])).toString("utf8"),
});

function stream(
  pieces: readonly (string | readonly number[])[],
  stopStrings: readonly string[] = [],
): { parts: string[]; rest: string; stoppedBy: string | undefined } {
  const { ids, decode } = codec(pieces.map((piece) => Buffer.from(piece as string)));
  const text = new TextStream(new TokenText(decode), stopStrings);
  const parts = ids.map((id) => text.push(id));
  return { parts, rest: text.finish(), stoppedBy: text.stoppedBy };
}

describe("TextStream", () => {
  test("a stop string may be spread over tokens; the text ends before it", () => {
    expect(stream(["go no", "rth\nOb", "ser", "vation: you"], ["\nObservation:"])).toEqual({
      parts: ["go no", "rth", "", ""],
      rest: "",
      stoppedBy: "\nObservation:",
    });
  });

  test("what looked like a stop string and was none is given out", () => {
    expect(stream(["a\n", "Obs", "\nOb", "erve"], ["\nObservation:"])).toEqual({
      parts: ["a", "", "\nObs", "\nOberve"],
      rest: "",
      stoppedBy: undefined,
    });
    expect(stream(["a\n", "Ob"], ["\nObservation:"])).toEqual({ parts: ["a", ""], rest: "\nOb", stoppedBy: undefined });
  });

  test("of several stop strings the one that is complete first ends it", () => {
    expect(stream(["xabcd"], ["abcd", "bc"])).toMatchObject({ parts: ["xa"], stoppedBy: "bc" });
    expect(stream(["xabcd"], ["bc", "abc"])).toMatchObject({ parts: ["x"], stoppedBy: "abc" });
  });

  test("half a character is held back", () => {
    const [a, b, c] = Buffer.from("€");
    expect(stream([[a], [b], [c, 0x21]])).toEqual({ parts: ["", "", "€!"], rest: "", stoppedBy: undefined });
    expect(stream(["ok", [0x2e, a], [b]])).toEqual({ parts: ["ok", ".", ""], rest: "\uFFFD", stoppedBy: undefined });
    expect(
      stream(
        [
          [0x2e, 0x0a, a],
          [b, c],
        ],
        [".\n"],
      ),
    ).toMatchObject({ parts: ["", ""], stoppedBy: ".\n" });
  });

  test("whatever the tokens, the parts are the text up to the first stop string", () => {
    const byte = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...Buffer.from("aab")) },
      { weight: 1, arbitrary: fc.constantFrom(...Buffer.from("é😀")) },
      { weight: 1, arbitrary: fc.constantFrom(0x80, 0xff, 0xe2) },
    );
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: 1, maxLength: 3 }), {
      maxLength: 2,
    });
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 4 })),
        stops,
        (bytes, sizes, stopStrings) => {
          const pieces: number[][] = [];
          for (let at = 0; at < bytes.length; at += pieces[pieces.length - 1].length)
            pieces.push(bytes.slice(at, at + (sizes[pieces.length] ?? 1)));
          const whole = Buffer.from(pieces.flat()).toString("utf8");
          const ends = stopStrings
            .filter((stop) => whole.includes(stop))
            .map((stop) => whole.indexOf(stop) + stop.length);
          const read = ends.length > 0 ? whole.slice(0, Math.min(...ends)) : whole;
          const stop = stopStrings.filter((text) => read.endsWith(text)).sort((a, b) => b.length - a.length)[0];
          const found = stream(pieces, stopStrings);
          expect(found.stoppedBy).toBe(ends.length > 0 ? stop : undefined);
          const text = ends.length > 0 ? read.slice(0, read.length - stop.length) : whole;
          expect(found.parts.join("") + found.rest).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});
