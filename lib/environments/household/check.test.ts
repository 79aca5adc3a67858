import { describe, expect, it } from "vitest";
import { gameProblems } from "./check.ts";
import type { HouseholdFacts } from "./facts.ts";
import { roomKind } from "./rooms.ts";
import { smallGame } from "./small-game.ts";

const kitchen = { "countertop 1": ["mug", "apple"], "microwave 1": [], "stoveburner 1": [], "cabinet 1": [] };
const good = smallGame({ receptacles: kitchen, task: "put a hot mug in cabinet" });

describe("gameProblems", () => {
  it("finds nothing wrong with a good game", () => {
    expect(gameProblems(good)).toEqual([]);
  });

  it.each<[string, HouseholdFacts]>([
    ["0 plate to be had, 1 wanted", smallGame({ receptacles: kitchen, task: "put a plate in cabinet" })],
    ["1 mug to be had, 2 wanted", smallGame({ receptacles: kitchen, task: "put two mug in cabinet" })],
    ["no apple fits a cabinet", smallGame({ receptacles: kitchen, task: "put a hot apple in cabinet" })],
    ["no sinkbasin", smallGame({ receptacles: kitchen, task: "put a clean mug in cabinet" })],
    ["no drawer", smallGame({ receptacles: kitchen, task: "put a fork in drawer" })],
    ["no desklamp", smallGame({ receptacles: kitchen, task: "look at mug under the desklamp" })],
    ["the goal is reached from the start", smallGame({ receptacles: kitchen, task: "put a mug in countertop" })],
    ["two entities have one id", { ...good, objects: [...good.objects, good.objects[0]] }],
    ["the start, nowhere, is no location", { ...good, start: "nowhere" }],
    ["Mug_bar__01 lies in receptacle 9 of 4", { ...good, objects: [{ ...good.objects[0], in: [9] }] }],
    ["no mug is heatable", { ...good, objects: good.objects.map((object) => ({ ...object, heatable: false })) }],
  ])("says: %s", (problem, facts) => {
    expect(gameProblems(facts)).toContain(problem);
  });
});

describe("roomKind", () => {
  it.each([
    ["kitchen", ["sinkbasin", "stoveburner"]],
    ["kitchen", ["microwave", "sofa"]],
    ["bathroom", ["toilet", "sinkbasin"]],
    ["bedroom", ["bed", "desk", "sofa"]],
    ["livingroom", ["sofa", "desk"]],
  ])("tells a %s by %j", (kind, types) => {
    expect(roomKind(types)).toBe(kind);
  });
});
