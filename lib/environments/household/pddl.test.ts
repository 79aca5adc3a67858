import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../base/index.ts";
import { ROUTES } from "./fixtures/plays.ts";
import { nameEntities } from "./names.ts";
import { parseProblem } from "./pddl.ts";
import { toPddl } from "./write.ts";

const text = fs.readFileSync(path.join(import.meta.dirname, "fixtures", "mini-kitchen.pddl"), "utf8");
const info = { id: "kitchen", split: "test", task: "put a mug in fridge" };
const parse = (pddl: string): ReturnType<typeof parseProblem> => parseProblem(pddl, info, "kitchen.pddl");
const kitchen = parse(text);

describe("parseProblem", () => {
  it("reads receptacles and objects in the order of their ids", () => {
    expect(kitchen.receptacles).toHaveLength(18);
    expect(kitchen.receptacles[0]).toEqual({
      id: "CounterTop_bar_a",
      type: "countertop",
      location: "loc_bar_2",
      openable: false,
      opened: false,
    });
    expect(kitchen.receptacles.filter((receptacle) => receptacle.opened).map((r) => r.id)).toEqual(["Drawer_bar_11"]);
    const apple = kitchen.objects[0];
    expect(apple).toEqual({
      id: "Apple_bar_a",
      type: "apple",
      pickupable: true,
      cleanable: true,
      heatable: true,
      coolable: true,
      sliceable: true,
      toggleable: false,
      isReceptacle: false,
      in: [0],
      inside: [],
      at: ["loc_bar_2"],
    });
  });

  it("keeps what is in two receptacles, inside another object, cool from the start, or without a type", () => {
    const object = (id: string) => kitchen.objects.find((each) => each.id === id)!;
    const named = (indices: readonly number[]): string[] => indices.map((index) => kitchen.receptacles[index].id);
    expect(named(object("DeskLamp_bar_a").in)).toEqual(["CounterTop_bar_b", "SideTable_bar_a"]);
    expect(object("Spoon_bar_a").inside.map((index) => kitchen.objects[index].id)).toEqual(["Bowl_bar_a"]);
    expect(object("Egg_bar_a").isCool).toBe(true);
    expect(object("Faucet_bar_a").type).toBe("");
    expect(object("Bread_bar_a").at).toEqual(["loc_bar_1", "loc_bar_4"]);
  });

  it("leaves out objects that no fact mentions, but lists all locations", () => {
    expect(kitchen.objects.some((object) => object.id === "Apple")).toBe(false);
    expect(kitchen.locations).toContain("loc_bar_99");
    expect(nameEntities(kitchen).locations.has("loc_bar_99")).toBe(false);
  });

  it("does not mind layout, case and costs", () => {
    const flat = text
      .replace(/;[^\n]*/g, "")
      .replace(/\s+/g, " ")
      .replace("(:init ", "(:INIT (= (total-cost) 0) ");
    expect(parse(flat)).toEqual(kitchen);
  });

  it.each(ROUTES.map(({ goal }) => [goal.type, goal] as const))("reads back what toPddl writes: %s", (_, goal) => {
    const game = { ...kitchen, goal };
    expect(parse(toPddl(game))).toEqual({ ...game, canContain: kitchen.canContain });
  });

  const cases: readonly [name: string, pddl: string, message: RegExp][] = [
    ["a cut file", text.slice(0, 3000), /kitchen\.pddl:\d+: the "\(" of .* is never closed/],
    ["a bracket too many", `${text})`, /kitchen\.pddl:\d+: a "\)" closes nothing/],
    ["another file", "hello", /kitchen\.pddl:1: "hello" stands outside/],
    ["no problem", "(define-x)", /no \(define/],
    ["no goal", "(define (problem x) (:objects) (:init))", /no \(:goal \.\.\.\)/],
    [
      "an unknown object",
      text.replace("(openable Fridge_bar_a)", "(openable Fridge_bar_z)"),
      /Fridge_bar_z is not among/,
    ],
    [
      "a wrong kind",
      text.replace("(openable Fridge_bar_a)", "(openable Apple_bar_a)"),
      /of type object; receptacle expected/,
    ],
    [
      "an unknown predicate",
      text.replace("(openable Fridge_bar_a)", "(melted Fridge_bar_a)"),
      /\(melted Fridge_bar_a\).*does not know/,
    ],
    [
      "a missing argument",
      text.replace("(openable Fridge_bar_a)", "(openable)"),
      /:\d+: \(openable\): argument 1 is missing/,
    ],
    ["no start", text.replace("(atLocation agent1 loc_bar_9)", ""), /where the agent starts/],
    [
      "a receptacle without type",
      text.replace("(receptacleType Fridge_bar_a FridgeType)", ""),
      /Fridge_bar_a has no \(receptacleType/,
    ],
    [
      "a seventh goal",
      text.replace("(inReceptacle ?o ?r) (objectType ?o", "(isSliced ?o) (inReceptacle ?o ?r) (objectType ?o"),
      /none of ALFWorld's six/,
    ],
    ["a disjunction in the goal", text.replace("(:goal (and", "(:goal (or"), /a goal may not contain \(or/],
  ];
  it.each(cases)("says what is wrong with %s", (_, pddl, message) => {
    expect(() => parse(pddl)).toThrow(UserError);
    expect(() => parse(pddl)).toThrow(message);
  });
});

describe("nameEntities", () => {
  it("numbers ids of one kind backwards in sorted order and adds `basin`", () => {
    const names = nameEntities(kitchen);
    expect(names.receptacles.slice(0, 4)).toEqual(["countertop 2", "countertop 1", "drawer 11", "drawer 10"]);
    expect(names.receptacles.at(-1)).toBe("sinkbasin 1");
    expect(names.objects.slice(0, 3)).toEqual(["apple 3", "apple 2", "apple 1"]);
    expect(names.locations.get("loc_bar_1")).toBe("loc 9");
  });
});
