import { expect, test } from "vitest";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import { situationRows } from "./measures.ts";

const KEY = { run: "main", arm: "KnowSelf", seed: 3 };
const task = { id: "t", type: "pick_and_place_simple", source: "generated", split: "test", goal: "put a mug in desk" };
const agent = (turn: Partial<Turn> = {}): Turn => ({ role: "assistant", content: "", action: "look", ...turn });
const user: Turn = { role: "user", content: "[Knowledge]<knowledge>r</knowledge>" };

const played = (steps: number, success: boolean, turns: readonly Turn[] = [user, agent()]): Trajectory => ({
  ...{ id: "t/s", environment: "household", task, agent: "student", seed: 3, turns: [...turns] },
  ...{ reward: success ? 1 : 0, success, steps, invalid: 0, stop: success ? "success" : "step_limit" },
});
const measured = (trajectory: Trajectory): Record<string, number> =>
  Object.fromEntries(situationRows([trajectory], KEY).map(({ metric, value }) => [metric, value]));

test.each([
  [10, true, 1, 1],
  [11, true, 0, 1],
  [20, true, 0, 1],
  [21, true, 0, 0],
  [5, false, 0, 0],
])("won in %i steps: %s", (steps, success, within10, within20) => {
  expect(measured(played(steps, success))).toMatchObject({ success_10: within10, success_20: within20 });
});

test("shares of the agent's actions that were told or reconsidered; an empty rule counts, a user's words do not", () => {
  const reconsidered = { action: "wait", reflection: "" };
  const turns = [
    ...[user, agent({ knowledge: "r" }), user, agent({ knowledge: "" }), user, agent({ reconsidered })],
    ...[user, agent({ knowledge: "r", reconsidered }), user, agent()],
  ];
  expect(measured(played(5, true, turns))).toMatchObject({ knowledge_rate: 3 / 5, reflection_rate: 2 / 5 });
  expect(measured(played(1, true))).toMatchObject({ knowledge_rate: 0, reflection_rate: 0 });
});

test("an episode without an action has no shares; each row says where it is from", () => {
  const rows = situationRows([played(0, false, [user]), played(1, true)], KEY);
  expect(rows.map(({ metric }) => metric)).toEqual(["success_10", "success_20", "success_10", "success_20", "knowledge_rate", "reflection_rate"]); // prettier-ignore
  const where = { taskId: "t", taskType: "pick_and_place_simple", split: "test", source: "generated" };
  expect(rows[0]).toEqual({ ...KEY, ...where, metric: "success_10", value: 0 });
});
