import { expect, test } from "vitest";
import type { Planner } from "../../agents/index.ts";
import type { PlannerRecord } from "../../synthesis/index.ts";
import { toolChoices } from "./planner-agreement.ts";

const plan = (task: string, selected_tool: string) => ({
  ...{ context_information_summary: "", thoughts: "", task, selected_tool },
});

/** Searches until something was found, then answers. */
const teacher: Planner = {
  name: "scripted",
  plan: ({ steps }) =>
    Promise.resolve(
      steps.some(({ result }) => result === "found")
        ? plan("Answer.", "final_answer")
        : plan("Search.", "search_wikipedia"),
    ),
};

test("the teacher is asked after the steps that were taken", async () => {
  const record: PlannerRecord = {
    ...{ request: { id: "1_0", request: "What?" }, planner: "student", seed: 0, stop: "step_limit", answer: null },
    steps: [
      { plan: plan("Search.", "search_internet"), result: "found" },
      { plan: plan("Answer.", "final_answer"), result: "It." },
    ],
  };
  const choices = await toolChoices("fine-tuned", [record, { ...record, steps: [] }], () => teacher);
  expect(choices).toEqual([
    {
      series: "fine-tuned",
      request: "1_0",
      step: 0,
      teacher: "search_wikipedia",
      planner: "search_internet",
      isSameTask: true,
    },
    {
      series: "fine-tuned",
      request: "1_0",
      step: 1,
      teacher: "final_answer",
      planner: "final_answer",
      isSameTask: true,
    },
  ]);
});
