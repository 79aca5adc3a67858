import { describe, expect, test } from "vitest";
import { parseStepPair } from "./step-pair.ts";

const pair = {
  id: 7,
  step: 2,
  golden_action: "Action: look",
  explore_action: "Action: wait",
  golden_traj: [{ role: "user", content: "A room." }],
  explore_traj: [],
  full_golden_traj: [],
  rule: "Look first.",
};

describe("parseStepPair", () => {
  test("keeps the published fields and unknown ones", () => {
    const whole = { ...pair, game_file: "a/b.json", their_own: { note: 1 } };
    expect(parseStepPair(whole)).toEqual(whole);
    expect(parseStepPair({ ...pair, id: "a", step: 0 })).toMatchObject({ id: "a", step: 0 });
  });

  test.each([
    ["step", { step: -1 }],
    ["step", { step: 1.5 }],
    ["golden_action", { golden_action: undefined }],
    ["explore_traj.0.role", { explore_traj: [{ role: "tool", content: "" }] }],
    ["id", { id: null }],
  ])("names the wrong field: %s", (field, change) => {
    expect(() => parseStepPair({ ...pair, ...change })).toThrow(`not a pair of steps: ${field}: `);
  });
});
