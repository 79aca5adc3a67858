import { describe, expect, it } from "vitest";
import { smallGame } from "./small-game.ts";
import { PlacementPrior } from "./prior.ts";

// A bedroom with two drawers and a desk; one pen in a drawer, in two games of three also one on the desk.
const game = (onDesk: boolean) =>
  smallGame({
    receptacles: { "bed 1": [], "drawer 1": ["pen"], "drawer 2": [], "desk 1": onDesk ? ["pen", "pen"] : [] },
    task: "put a pen in bed",
  });
const prior = PlacementPrior.fromGames([game(true), game(true), game(false)]);

describe("PlacementPrior", () => {
  it("counts the receptacles that held such an object", () => {
    expect(prior.toJSON().bedroom).toEqual({
      held: { pen: { drawer: 3, desk: 2 } },
      seen: { pen: { bed: 3, drawer: 6, desk: 3 } },
    });
  });

  it("gives the smoothed share of receptacles that hold one", () => {
    const everywhere = (2 + 0.05) / (3 + 3);
    expect(prior.chance("bedroom", "pen", "desk")).toBeCloseTo((2 + 3 * everywhere) / (3 + 3), 12);
    expect(prior.chance("kitchen", "pen", "desk")).toBeCloseTo(everywhere, 12);
    expect(prior.chance("bedroom", "pen", "desk")).toBeGreaterThan(prior.chance("bedroom", "pen", "drawer"));
    expect(prior.chance("bedroom", "pen", "bed")).toBeGreaterThan(0);
    expect(prior.chance("bedroom", "unicorn", "meadow")).toBeCloseTo(0.05 / 3, 12);
  });

  it("gives frequencies that count other kinds of rooms a tenth", () => {
    expect(prior.frequency("bedroom", "pen", "drawer")).toBeCloseTo(3.3, 12);
    expect(prior.frequency("kitchen", "pen", "drawer")).toBeCloseTo(0.3, 12);
    expect(prior.frequency("kitchen", "pen", "bed")).toBe(0);
  });

  it("survives a round trip through JSON", () => {
    const copy = new PlacementPrior(JSON.parse(JSON.stringify(prior)) as ReturnType<typeof prior.toJSON>);
    expect(copy.toJSON()).toEqual(prior.toJSON());
    expect(copy.chance("bedroom", "pen", "desk")).toBe(prior.chance("bedroom", "pen", "desk"));
  });
});
