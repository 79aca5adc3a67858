import { expect, test } from "vitest";
import type { Trajectory } from "../trajectory/index.ts";
import { trajectoriesHtml } from "./browser.ts";

const EVIL = `<script>alert("1")</script>`;
const trajectory: Trajectory = {
  id: "t/student",
  environment: "household",
  task: { id: "t", type: "pick_and_place_simple", source: "generated", split: "test", goal: `put a ${EVIL} in desk` },
  agent: EVIL,
  seed: 0,
  turns: [
    { role: "system", content: EVIL },
    { role: "user", content: EVIL },
    { role: "assistant", content: "", thought: EVIL, action: EVIL, loss: false },
    { role: "assistant", content: EVIL },
  ],
  reward: 0,
  success: false,
  steps: 2,
  invalid: 1,
  stop: "step_limit",
};

test("everything from data is escaped", () => {
  const html = trajectoriesHtml([trajectory], { note: () => EVIL });
  expect(html).not.toContain("<script");
  expect(html.split("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;").length - 1).toBe(8);
});

test("title says how it ended; turns are named; slips are marked", () => {
  const html = trajectoriesHtml([trajectory, { ...trajectory, success: true, stop: "success", invalid: 0 }]);
  expect(html).toContain("✗ step limit");
  expect(html).toContain("2 steps, 1 refused)");
  expect(html).toContain("✓ won");
  expect(html).toContain("2 steps)");
  expect(html.match(/<small>(system|observation|thought|action)[^<]*<\/small>/g)?.slice(0, 5)).toEqual([
    "<small>system</small>",
    "<small>observation</small>",
    "<small>thought</small>",
    "<small>action (not trained on)</small>",
    "<small>action</small>",
  ]);
});

test("shows at most `limit` and says how many there are", () => {
  const html = trajectoriesHtml(new Array<Trajectory>(5).fill(trajectory), { limit: 2 });
  expect(html).toContain("<p>2 of 5 episodes</p>");
  expect(html.match(/<details/g)).toHaveLength(2);
  expect(trajectoriesHtml([trajectory])).toContain("<p>1 of 1 episodes</p>");
});
