import { describe, expect, it } from "vitest";
import { gameRow, typeRows } from "./statistics.ts";
import { smallGame } from "./small-game.ts";

const bedroom = smallGame({
  receptacles: { "bed 1": ["book"], "drawer 1": ["pen", "pen"], "drawer 2": [], "desk 1": ["pen"] },
  together: [["drawer 1", "drawer 2"]],
  task: "put a pen in drawer",
});
const living = smallGame({ receptacles: { "sofa 1": ["book"] }, task: "put a book in sofa" });

describe("game statistics", () => {
  it("counts what a game has", () => {
    expect(gameRow(bedroom)).toEqual({
      id: "small",
      source: "generated",
      split: "example",
      room: "bedroom",
      taskType: "pick_and_place_simple",
      receptacles: 4,
      objects: 4,
      objectTypes: 2,
      openable: 2,
      sharing: 1,
      empty: 1,
      wanted: 3,
      targets: 2,
    });
  });

  it("counts how often types occur", () => {
    expect(typeRows([bedroom, living])).toEqual([
      { what: "object", type: "book", share: 1, mean: 1, most: 1 },
      { what: "receptacle", type: "bed", share: 0.5, mean: 1, most: 1 },
      { what: "receptacle", type: "desk", share: 0.5, mean: 1, most: 1 },
      { what: "receptacle", type: "drawer", share: 0.5, mean: 2, most: 2 },
      { what: "object", type: "pen", share: 0.5, mean: 3, most: 3 },
      { what: "receptacle", type: "sofa", share: 0.5, mean: 1, most: 1 },
    ]);
  });
});
