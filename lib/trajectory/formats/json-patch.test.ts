import fc from "fast-check";
import { expect, test } from "vitest";
import { applyJsonPatch, jsonPatch } from "./json-patch.ts";

const value = fc.jsonValue({ maxDepth: 4 }).map((any) => JSON.parse(JSON.stringify(any)) as unknown);

test("the patch between two values leads from one to the other", () => {
  fc.assert(
    fc.property(value, value, (from, to) => {
      const before = JSON.stringify(from);
      expect(applyJsonPatch(from, jsonPatch(from, to))).toEqual(to);
      expect(JSON.stringify(from)).toBe(before);
    }),
  );
});

test("operations are those of RFC 6902", () => {
  const from = { a: [1, 2, 3], "b/c~": { d: 1 }, e: 1 };
  const to = { a: [1, 5], "b/c~": {}, f: null };
  expect(jsonPatch(from, to)).toEqual([
    { op: "replace", path: "/a/1", value: 5 },
    { op: "remove", path: "/a/2" },
    { op: "remove", path: "/b~1c~0/d" },
    { op: "remove", path: "/e" },
    { op: "add", path: "/f", value: null },
  ]);
});

test.each(["/x/y", "/a/9", "/__proto__/x"])("a path that leads nowhere is an error: %s", (path) => {
  expect(() => applyJsonPatch({ a: [1] }, [{ op: "add", path, value: 1 }])).toThrow(`nothing is at ${path}`);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
