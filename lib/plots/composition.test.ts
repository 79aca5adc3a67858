import { SOURCE_COLOURS } from "../labels/index.ts";
import { expect, test } from "vitest";
import { actionMixFigure, taskTypesFigure, tokenSourcesFigure } from "./composition.ts";
import { PALETTE } from "./theme.ts";

test("actionMixFigure stacks each group to 100 %", () => {
  const { data, layout } = actionMixFigure([
    { group: "pick_and_place_simple", verb: "go", count: 3, share: 0.75 },
    { group: "pick_and_place_simple", verb: "take", count: 1, share: 0.25 },
    { group: "pick_two_obj_and_place", verb: "go", count: 1, share: 1 },
  ]);
  expect(data).toMatchObject([
    { name: "go", orientation: "h", y: ["put<br>n = 4", "put two<br>n = 1"], x: [0.75, 1], customdata: [3, 1] },
    { name: "take", y: ["put<br>n = 4"], x: [0.25], customdata: [1] },
  ]);
  expect(data).toMatchObject([{ marker: { color: PALETTE[0] } }, { marker: { color: PALETTE[1] } }]);
  expect(layout).toMatchObject({ barmode: "stack", xaxis: { title: { text: "Share (% of actions)" } } });
});

test("tokenSourcesFigure keeps the order and colours of sources and drops empty ones", () => {
  const { data } = tokenSourcesFigure([
    { group: "train", source: "action", tokens: 25 },
    { group: "train", source: "observation", tokens: 75 },
    { group: "train", source: "thought", tokens: 0 },
  ]);
  expect(data).toMatchObject([
    { name: "observation", x: [0.75], marker: { color: SOURCE_COLOURS.observation } },
    { name: "action", x: [0.25], marker: { color: SOURCE_COLOURS.action } },
  ]);
});

test("taskTypesFigure compares populations of different size", () => {
  const rows = ["pick_two_obj_and_place", "look_at_obj_in_light", "look_at_obj_in_light"].map((type) => ({
    name: "generated",
    type,
  }));
  const { data } = taskTypesFigure([...rows, { name: "real", type: "pick_two_obj_and_place" }]);
  expect(data).toMatchObject([
    { name: "generated (n = 3)", x: ["look in light", "put two"], y: [2 / 3, 1 / 3], customdata: [2, 1] },
    { name: "real (n = 1)", x: ["look in light", "put two"], y: [0, 1], customdata: [0, 1] },
  ]);
});
