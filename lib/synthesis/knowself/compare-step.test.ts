import { describe, expect, it } from "vitest";
import { compareStep, searchesAgain, type Verdict } from "./compare-step.ts";

const compare = (
  gold: string,
  explored: string,
  { objective = "put some mug in cabinet.", observation = "You do it.", won = false } = {},
): Verdict =>
  compareStep({
    ...{ objective, won },
    gold: `Thought: t\nAction: ${gold}`,
    explored: explored.includes("Action") ? explored : `Action: ${explored}`,
    observation: `Observation: ${observation}`,
  });
const skipped = (why: string) => ({ kind: "skipped", why });

describe("compareStep", () => {
  it("takes the same verb and type as the same", () => {
    expect(compare("go to shelf 1", "go to shelf 4")).toEqual({ kind: "same" });
    expect(compare("go to shelf 1", "go to desk 4")).toEqual({ kind: "different" });
    expect(compare("take mug 1 from desk 1", "open desk 1")).toEqual({ kind: "different" });
  });

  it("skips what cannot be read", () => {
    expect(compare("go to shelf 1", "Action: look")).toEqual(skipped("unparsable"));
    expect(compare("go to shelf 1", "Action in another form")).toEqual(skipped("unparsable"));
  });

  it("skips a door that the gold agent closes, but not one that the other closes", () => {
    expect(compare("close drawer 1", "go to shelf 1")).toEqual(skipped("close"));
    expect(compare("close drawer 1", "close drawer 2")).toEqual({ kind: "same" });
    expect(compare("close drawer 1", "close fridge 2")).toEqual({ kind: "different" });
    expect(compare("go to shelf 1", "close drawer 1")).toEqual({ kind: "different" });
  });

  it("skips treatments that the agent did, in tasks that ask for them", () => {
    const observation = "You heat the egg 1 using the microwave 1.";
    expect(
      compare("open microwave 1", "heat egg 1 with microwave 1", { objective: "heat some egg", observation }),
    ).toEqual(skipped("treated"));
    expect(compare("open microwave 1", "heat egg 1 with microwave 1", { observation })).toEqual({ kind: "different" });
    const clean = {
      objective: "put a clean egg in fridge.",
      observation: "You clean the egg 1 using the sinkbasin 1.",
    };
    expect(compare("go to sinkbasin 1", "clean egg 1 with sinkbasin 1", clean)).toEqual(skipped("treated"));
  });

  it("skips opening before a treatment and the treatment before opening, where it was possible", () => {
    const hot = { objective: "put a hot egg in fridge." };
    expect(compare("heat egg 1 with microwave 1", "open microwave 1", hot)).toEqual(skipped("open_swap"));
    expect(compare("open microwave 1", "heat egg 1 with microwave 1", hot)).toEqual(skipped("open_swap"));
    const refused = { ...hot, observation: "Nothing happens." };
    expect(compare("heat egg 1 with microwave 1", "open microwave 1", refused)).toEqual({ kind: "different" });
    expect(compare("open microwave 1", "heat egg 1 with microwave 1", refused)).toEqual({ kind: "different" });
    expect(compare("heat egg 1 with microwave 1", "open drawer 1", hot)).toEqual({ kind: "different" });
  });

  it("skips what wins, however it was done", () => {
    expect(compare("go to shelf 1", "put mug 1 in/on cabinet 1", { won: true })).toEqual(skipped("won"));
  });
});

it("searchesAgain: the second of two objects, and the lamp", () => {
  const two = "find two mug and put them in shelf.";
  expect(searchesAgain(two, "Thought: t\nAction: go to shelf 1", false)).toBe("object");
  expect(searchesAgain(two, "Thought: t\nAction: take mug 1 from shelf 1", false)).toBeNull();
  expect(searchesAgain(two, "Thought: t\nAction: go to shelf 1", true)).toBeNull();
  const lamp = "look at mug under the desklamp.";
  expect(searchesAgain(lamp, "Thought: t\nAction: go to desk 1", true)).toBe("lamp");
  expect(searchesAgain(lamp, "Thought: the desklamp\nAction: use desklamp 1", true)).toBeNull();
  expect(searchesAgain(lamp, "Thought: t\nAction: go to shelf 1", true)).toBeNull();
  expect(searchesAgain("put some mug in shelf.", "Thought: t\nAction: go to desk 1", false)).toBeNull();
});
