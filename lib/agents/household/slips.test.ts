import { expect, it } from "vitest";
import { createRandom } from "../../base/index.ts";
import { carelessCommand } from "./slips.ts";

const ADMISSIBLE = ["examine desk 1", "go to bed 1", "go to drawer 1", "inventory", "look", "take pen 2 from desk 1"];

it("walks mostly, imagines the wanted object at times, and never looks around", () => {
  const random = createRandom(0, "test/slips");
  const intended = { thought: "I need another mug", action: "go to bed 1" };
  const commands = Array.from({ length: 2000 }, () => carelessCommand(ADMISSIBLE, intended, random));
  const share = (pattern: RegExp): number => commands.filter((command) => pattern.test(command)).length / 2000;
  expect(share(/^(look|inventory)$/)).toBe(0);
  expect(share(/^go to (bed|drawer) 1$/)).toBeGreaterThan(0.5);
  expect(share(/^take mug [123] from desk 1$/)).toBeCloseTo(0.2, 1);
  expect(share(/^(examine|take pen)/)).toBeCloseTo(0.2, 1);
});

it("imagines nothing without a wanted object", () => {
  const random = createRandom(0, "test/slips");
  const commands = Array.from({ length: 500 }, () => carelessCommand(ADMISSIBLE, { action: "look" }, random));
  expect(commands.filter((command) => /^take (?!pen)/.test(command))).toEqual([]);
});
