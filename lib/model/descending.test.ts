import fc from "fast-check";
import { expect, test } from "vitest";
import { descending } from "./descending.ts";

test("is a stable sort, best first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 })), (values) => {
      const sorted = values.map((_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
      expect([...descending(values)]).toEqual(sorted);
    }),
  );
});

test("orders equal values by the ids given", () => {
  expect([...descending([1, 2, 1, 2], [40, 30, 20, 10])]).toEqual([3, 1, 2, 0]);
});
