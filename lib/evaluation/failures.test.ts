import { describe, expect, test } from "vitest";
import { classifyFailure, failureTable } from "./failures.ts";
import { episode } from "./test-episodes.ts";

const SEE = ["go to shelf 1", "On the shelf 1, you see a mug 1, and a mug 2."] as const;
const TAKE = ["take mug 1 from shelf 1", "You pick up the mug 1 from the shelf 1."] as const;
const HEAT = ["heat mug 1 with microwave 1", "You heat the mug 1 using the microwave 1."] as const;
const PLACE = ["put mug 1 in/on desk 1", "You put the mug 1 in/on the desk 1."] as const;
const ELSEWHERE = ["put mug 1 in/on shelf 1", "You put the mug 1 in/on the shelf 1."] as const;

describe("classifyFailure", () => {
  test.each([
    [
      "never found the object",
      "put a mug in desk",
      [["go to bed 1", "On the bed 1, you see a mugbox 1, and a book 2."]],
    ],
    ["saw it, never took it", "put a mug in desk", [SEE]],
    ["processed/took, not placed", "put a mug in desk", [SEE, TAKE]],
    ["processed/took, not placed", "put a mug in desk", [SEE, TAKE, ELSEWHERE]],
    ["took, not processed", "put a hot mug in desk", [SEE, TAKE, PLACE]],
    ["took, not processed", "put a cool mug in desk", [SEE, TAKE, HEAT]],
    ["processed/took, not placed", "put a hot mug in desk", [SEE, TAKE, HEAT]],
    ["second object", "put two mug in desk", [SEE, TAKE, PLACE]],
    [
      "second object",
      "put two mug in desk",
      [SEE, TAKE, ["move mug 1 to desk 1", "You move the mug 1 to the desk 1."]],
    ],
    ["processed/took, not placed", "put two mug in desk", [SEE, TAKE, ELSEWHERE]],
    ["lamp not used", "look at mug under the desklamp", [SEE, TAKE]],
    [
      "saw it, never took it",
      "look at mug under the desklamp",
      [SEE, ["use desklamp 1", "You turn on the desklamp 1."]],
    ],
    ["goal not read", "do as you like", [SEE]],
  ] as const)("%s: %s", (failure, goal, turns) => {
    expect(classifyFailure(episode({ goal, turns }))).toEqual({ failure, loop: false, refused: false });
  });

  test("a won episode has none", () => {
    expect(classifyFailure(episode({ success: true, turns: [SEE, TAKE, PLACE] }))).toBeNull();
  });

  const refusedTurn = ["go to bed 9", "Nothing happens."] as const;
  const repeat = (n: number, turn: readonly [string, string]): (readonly [string, string])[] =>
    Array.from({ length: n }, () => turn);

  test("loop needs twelve actions, at most four different", () => {
    const steps = (n: number, distinct: number): (readonly [string, string])[] =>
      Array.from({ length: n }, (_, i) => [`go to bed ${i % distinct}`, "On the bed 1, you see nothing."] as const);
    expect(classifyFailure(episode({ turns: steps(12, 4) }))?.loop).toBe(true);
    expect(classifyFailure(episode({ turns: steps(12, 5) }))?.loop).toBe(false);
    expect(classifyFailure(episode({ turns: steps(11, 1) }))?.loop).toBe(false);
  });

  test("refused needs six of the last twelve", () => {
    const six = [...repeat(6, refusedTurn), ...repeat(6, SEE)];
    expect(classifyFailure(episode({ turns: six }))?.refused).toBe(true);
    expect(classifyFailure(episode({ turns: [...six, SEE] }))?.refused).toBe(false);
  });
});

test("failureTable counts in stage order", () => {
  const episodes = [
    episode({ turns: [SEE, TAKE] }),
    episode({ turns: [SEE] }),
    episode({ turns: Array.from({ length: 12 }, () => SEE) }),
    episode({ success: true }),
  ];
  expect(failureTable(episodes, "s")).toEqual([
    { arm: "s", failure: "saw it, never took it", n: 2, share: 0.5, loops: 1, refused: 0, episodes: 4 },
    { arm: "s", failure: "processed/took, not placed", n: 1, share: 0.25, loops: 0, refused: 0, episodes: 4 },
  ]);
});
