import { describe, expect, it } from "vitest";
import { goalSentence, TEMPLATES } from "./generator/goals.ts";
import { TASK_TYPES, type Goal } from "./facts.ts";
import { readAction, readIntro, readObservation, readTask, typeOf } from "./read.ts";

describe("reading household text", () => {
  it("reads the first observation, with or without the welcome", () => {
    const text =
      "You are in the middle of a room. Looking quickly around you, you see a bed 1, a drawer 2, and a drawer 1.\n\n" +
      "Your task is to: put two cd in safe.";
    const read = { receptacles: ["bed 1", "drawer 2", "drawer 1"], task: "put two cd in safe" };
    expect(readIntro(text)).toEqual(read);
    expect(readIntro(`-= Welcome to TextWorld, ALFRED! =-\n\n${text}`)).toEqual(read);
    expect(readIntro("Nothing happens.")).toBeNull();
  });

  it.each(TASK_TYPES)("reads the goal of both sentences of %s", (type) => {
    const looking = type === "look_at_obj_in_light";
    const goal: Goal = {
      type,
      object: "mug",
      receptacle: looking ? null : "coffeemachine",
      lamp: looking ? "desklamp" : null,
    };
    expect(TEMPLATES[type].map((_, index) => readTask(goalSentence(goal, index as 0 | 1)))).toEqual([goal, goal]);
  });

  it("reads no goal from other sentences", () => {
    expect(readTask("bring me a mug")).toBeNull();
    expect(readTask("put a hot")).toBeNull();
  });

  it.each([
    ["Nothing happens.", { kind: "refused" }],
    ["You arrive at loc 3. The drawer 2 is closed.", { kind: "closed", receptacle: "drawer 2" }],
    ["The drawer 2 is closed.", { kind: "closed", receptacle: "drawer 2" }],
    [
      "You arrive at loc 10. On the shelf 2, you see a mug 1, and a pen 2.",
      { kind: "contents", receptacle: "shelf 2", objects: ["mug 1", "pen 2"] },
    ],
    [
      "You open the safe 1. The safe 1 is open. In it, you see nothing.",
      { kind: "contents", receptacle: "safe 1", objects: [] },
    ],
    ["You pick up the mug 1 from the shelf 2.", { kind: "other" }],
    ["This is a normal bowl 1. In it, you see a pen 1.", { kind: "other" }],
    ["You are facing the desk 1. Next to it, you see nothing.", { kind: "other" }],
  ])("reads %j", (text, reading) => {
    expect(readObservation(text)).toEqual(reading);
  });

  it("reads commands of both wordings", () => {
    expect(readAction("put mug 1 in/on desk 2")).toEqual({ verb: "put", entities: ["mug 1", "desk 2"] });
    expect(readAction("move mug 1 to desk 2")).toEqual({ verb: "move", entities: ["mug 1", "desk 2"] });
    expect(readAction("go to cabinet 27")).toEqual({ verb: "go", entities: ["cabinet 27"] });
    expect(readAction("look")).toEqual({ verb: "look", entities: [] });
    expect(typeOf("cabinet 27")).toBe("cabinet");
  });
});
