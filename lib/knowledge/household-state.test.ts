import { describe, expect, it } from "vitest";
import { readHouseholdState } from "./index.ts";

const INTRO =
  "You are in the middle of a room. Looking quickly around you, you see a desk 1, a desk 2, a drawer 1, a fridge 1, and a shelf 1.\n\nYour task is to: ";

/** A conversation: the task, then "action > observation" for each turn. */
function turnsOf(task: string, steps: readonly string[]) {
  return [
    { role: "user" as const, content: `${INTRO}${task}.` },
    ...steps.flatMap((step) => {
      const [action, observation] = step.split(" > ");
      return [
        { role: "assistant" as const, content: `Thought: t\nAction: ${action}`, action },
        { role: "user" as const, content: observation },
      ];
    }),
  ];
}

const DESK = "go to desk 1 > You arrive at loc 3. On the desk 1, you see a mug 1, and a pen 2.";
const TAKE = "take mug 1 from desk 1 > You pick up the mug 1 from the desk 1.";
const SHELF = "go to shelf 1 > You arrive at loc 4. On the shelf 1, you see nothing.";
const COOL = "cool mug 1 with fridge 1 > You cool the mug 1 using the fridge 1.";
const LAMP = "go to desk 2 > You arrive at loc 5. On the desk 2, you see a desklamp 1.";
const PUT = "put mug 1 in/on shelf 1 > You put the mug 1 in/on the shelf 1.";

describe("what the agent needs", () => {
  it.each([
    ["put a mug in shelf", [], { kind: "search", object: "mug" }],
    ["put a mug in shelf", [SHELF], { kind: "search", object: "mug" }],
    ["put a mug in shelf", [DESK, SHELF], { kind: "take", object: "mug 1", receptacle: "desk 1" }],
    ["put a mug in shelf", [DESK, TAKE], { kind: "deliver", receptacle: "shelf" }],
    ["put a mug in shelf", [DESK, "take pen 2 from desk 1 > You pick up the pen 2 from the desk 1."], { kind: "drop" }],
    [
      "put a mug in shelf",
      [DESK, "take mug 1 from desk 1 > Nothing happens."],
      { kind: "take", object: "mug 1", receptacle: "desk 1" },
    ],
    ["put a cool mug in shelf", [DESK, TAKE], { kind: "treat", verb: "cool", appliance: "fridge" }],
    ["put a cool mug in shelf", [DESK, TAKE, COOL], { kind: "deliver", receptacle: "shelf" }],
    ["put a hot mug in shelf", [DESK, TAKE, COOL], { kind: "treat", verb: "heat", appliance: "microwave" }],
    ["put a cool mug in shelf", [DESK, TAKE, SHELF, PUT], { kind: "take", object: "mug 1", receptacle: "shelf 1" }],
    ["look at mug under the desklamp", [DESK, TAKE], { kind: "search", object: "desklamp" }],
    ["look at mug under the desklamp", [LAMP, DESK, TAKE], { kind: "light", lamp: "desklamp" }],
    ["put two mug in shelf", [DESK, TAKE, SHELF, PUT], { kind: "search", object: "mug" }],
    [
      "put two mug in shelf",
      [DESK, TAKE, SHELF, PUT.replace("put mug 1 in/on", "move mug 1 to")],
      { kind: "search", object: "mug" },
    ],
  ] as const)("%s, after %j", (task, steps, need) => {
    const turns = turnsOf(task, steps);
    expect(readHouseholdState(turns)!.need).toEqual(need);
    const published = turns.map(({ role, content }, index) => ({
      role,
      content:
        role === "user" && index > 0 ? `Observation: ${content.replace(/^You arrive at loc \d+\. /, "")}` : content,
    }));
    const instruction = [{ role: "user", content: "Interact" } as const, { role: "assistant", content: "OK" } as const];
    expect(readHouseholdState([...instruction, ...published])!.need).toEqual(need);
  });
});

it("knows what is in the hand, where it stands, what is closed there and what was refused", () => {
  const closed = "go to drawer 1 > You arrive at loc 9. The drawer 1 is closed.";
  const state = (steps: readonly string[]) => {
    const { held, at, isClosed, wasRefused } = readHouseholdState(turnsOf("put a mug in shelf", steps))!;
    return [held, at, isClosed, wasRefused];
  };
  expect(state([])).toEqual([null, null, false, false]);
  expect(state([DESK, TAKE, closed])).toEqual(["mug 1", "drawer 1", true, false]);
  expect(state([closed, "open drawer 1 > You open the drawer 1. The drawer 1 is open. In it, you see nothing."])).toEqual([null, "drawer 1", false, false]); // prettier-ignore
  expect(state([DESK, "go to desk 1 > Nothing happens"])).toEqual([null, "desk 1", false, true]);
});

it("takes the goal from a sentence where the conversation has none, and is null without any", () => {
  expect(readHouseholdState([], "put a mug in shelf")!.goal.object).toBe("mug");
  expect(readHouseholdState([], "Your task is to: put a mug in shelf.")!.goal.object).toBe("mug");
  expect(readHouseholdState([{ role: "user", content: "Hello" }], "sing")).toBeNull();
});

it("reads the corrected action of a turn that thought again", () => {
  const content =
    "Action: go to desk 2\n[Reflection]<reflection>Wait, let's check the action. t</reflection>\nAction: go to desk 1";
  const state = readHouseholdState([
    { role: "user", content: `${INTRO}put a mug in shelf.` },
    { role: "assistant", content },
    { role: "user", content: "On the desk 1, you see a mug 1." },
  ]);
  expect(state).toMatchObject({ at: "desk 1", need: { kind: "take", object: "mug 1" } });
});
