import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenText } from "./token-text.ts";

const decode = (ids: readonly number[]): string => Buffer.from(ids).toString("utf8");

test("the pieces are the text, and no piece has half a character, for bytes as tokens", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const reader = new TokenText(decode);
      const pieces = [...Buffer.from(text)].map((byte) => reader.push(byte));
      expect(pieces.join("") + reader.finish()).toBe(Buffer.from(text).toString("utf8"));
      for (const piece of pieces) if (!text.includes("\uFFFD")) expect(piece).not.toContain("\uFFFD");
    }),
  );
});

test("bytes that are no UTF-8 come out as decoded all at once", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const reader = new TokenText(decode);
      const text = [...bytes].map((byte) => reader.push(byte)).join("");
      expect(text + reader.finish()).toBe(decode([...bytes]));
    }),
  );
});
