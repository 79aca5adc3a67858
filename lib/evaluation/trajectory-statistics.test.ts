import { expect, test } from "vitest";
import type { Trajectory } from "../trajectory/index.ts";
import { episode } from "./test-episodes.ts";
import { actionMix, describe, trajectoryRow, trajectoryRows } from "./trajectory-statistics.ts";

const searched = episode({
  success: true,
  turns: [
    ["go to bed 1", "You arrive at loc 3. On the bed 1, you see a book 1."],
    ["go to drawer 9", "Nothing happens."],
    ["go to drawer 1", "You arrive at loc 4. The drawer 1 is closed."],
    ["open drawer 1", "You open the drawer 1. The drawer 1 is open. In it, you see a mug 2."],
    ["take mug 2 from drawer 1", "You pick up the mug 2 from the drawer 1."],
    ["go to desk 1", "You arrive at loc 5. On the desk 1, you see nothing."],
    ["put mug 2 in/on desk 1", "You put the mug 2 in/on the desk 1."],
  ],
});
const intro =
  "You are in the middle of a room. Looking quickly around you, you see a bed 1, a desk 1, and a drawer 1.\n\n" +
  "Your task is to: put a mug in desk.";

test("trajectoryRow", () => {
  const turns = searched.turns.map((turn, i) => (i === 0 ? { ...turn, content: intro } : turn));
  turns[3] = { ...turns[3], loss: false };
  expect(trajectoryRow({ ...searched, turns })).toEqual({
    id: "student/t0",
    type: "pick_and_place_simple",
    source: "generated",
    split: "test",
    agent: "student",
    room: "bedroom",
    success: 1,
    steps: 7,
    invalid: 1,
    receptacles: 3,
    searchDepth: 2,
    turnsWithoutLoss: 1,
    thoughtWords: 3,
    characters: turns.reduce((sum, turn) => sum + turn.content.length, 0),
    actions: { go: 4, open: 1, take: 1, put: 1 },
  });
});

test("an object that is never seen has no search depth, an agent without thoughts no words", () => {
  const row = trajectoryRow({ ...episode({}), turns: [{ role: "assistant", content: "look", action: "look" }] });
  expect(row).toMatchObject({
    searchDepth: null,
    thoughtWords: null,
    receptacles: 0,
    actions: { look: 1 },
  });
});

test("reads a stream; describe leaves nulls out", async () => {
  async function* stream(): AsyncGenerator<Trajectory> {
    yield searched;
    yield await Promise.resolve(episode({ turns: [["look", "You see nothing."]] }));
  }
  expect(await trajectoryRows(stream(), 1)).toHaveLength(1);
  const rows = await trajectoryRows(stream());
  const table = await describe(rows);
  expect(table.map(({ column }) => column)).toEqual([
    "success",
    "steps",
    "invalid",
    "receptacles",
    "searchDepth",
    "turnsWithoutLoss",
    "thoughtWords",
    "characters",
  ]);
  const steps = { column: "steps", count: 2, mean: 4, std: Math.sqrt(18), min: 1, median: 4, max: 7 };
  expect(table[1]).toEqual({ ...steps, std: expect.closeTo(steps.std, 10) as number });
  expect(table[4]).toMatchObject({ column: "searchDepth", count: 1, mean: 2 });
  expect(await describe([])).toEqual([]);
});

test("actionMix", () => {
  const rows = [trajectoryRow(searched), trajectoryRow(episode({ turns: [["look", ""]] }))];
  expect(actionMix(rows)).toEqual([
    { group: "pick_and_place_simple", verb: "go", count: 4, share: 0.5 },
    { group: "pick_and_place_simple", verb: "look", count: 1, share: 0.125 },
    { group: "pick_and_place_simple", verb: "open", count: 1, share: 0.125 },
    { group: "pick_and_place_simple", verb: "put", count: 1, share: 0.125 },
    { group: "pick_and_place_simple", verb: "take", count: 1, share: 0.125 },
  ]);
  expect(actionMix([])).toEqual([]);
});
