import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";
import { TokenTrie } from "./token-trie.ts";

/** All sequences that a turn can say. */
function sayable(trie: TokenTrie, said: readonly number[] = []): number[][] {
  const walk = (): Constraint => {
    const constraint = trie.constraint();
    for (const id of said) constraint.accept(id);
    return constraint;
  };
  const constraint = walk();
  if (constraint.isDone) return [[...said]];
  return Array.from(constraint.allowed() as readonly number[]).flatMap((id) => sayable(trie, [...said, id]));
}

describe("TokenTrie", () => {
  test("exactly the admissible sequences can be said", () => {
    const STOP = 0;
    const word = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }).map((ids) => [...ids, STOP]);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (sequences) => {
        const expected = [...new Set(sequences.map((ids) => ids.join()))].sort();
        const said = sayable(new TokenTrie(sequences)).map((ids) => ids.join());
        expect(said.sort()).toEqual(expected);
      }),
    );
  });

  test("none is admissible: nothing is allowed", () => {
    expect(new TokenTrie([]).constraint().allowed()).toEqual([]);
  });

  test.each([
    [[[1, 2], [1]]],
    [[[1], [1, 2]]],
    [
      [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
      ],
    ],
    [[[], [1]]],
    [[[1], []]],
  ])("a sequence that begins another is refused: %j", (sequences) => {
    expect(() => new TokenTrie(sequences)).toThrow(UserError);
  });

  test("the same sequence twice is one", () => {
    expect(sayable(new TokenTrie([[1, 2], [1, 2]]))).toEqual([[1, 2]]); // prettier-ignore
  });

  test("a token that is not admissible is not accepted", () => {
    expect(() => new TokenTrie([[1]]).constraint().accept(2)).toThrow("token 2 is not admissible");
  });
});
