import { expect, test } from "vitest";
import { ModelError, scriptedAnswers, scriptedModel, type ChatMessage, type JsonSchema } from "../../llm/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import {
  FINAL_ANSWER,
  finalAnswerTool,
  lenientToolName,
  runPlanner,
  studentPlanner,
  studentPrompt,
  teacherPlanner,
  zeroShotPlanner,
  type Plan,
  type Planner,
} from "./index.ts";

const planTo = (task: string, tool: string): Plan => ({
  context_information_summary: "c",
  thoughts: "t",
  task,
  selected_tool: tool,
});
const saying = (...plans: Plan[]): Planner => {
  let next = 0;
  return { name: "test", plan: () => Promise.resolve(plans[Math.min(next++, plans.length - 1)]) };
};
const echo: AgentTool = {
  name: "echo",
  description: "Says the task again.",
  run: ({ task, context }) => Promise.resolve({ kind: "answer", text: `${task} after ${JSON.stringify(context)}` }),
};
const final: AgentTool = {
  name: FINAL_ANSWER,
  description: "Answers.",
  run: () => Promise.resolve({ kind: "answer", text: "42" }),
};

test("the student's prompt has the published layout, and no tools", () => {
  const steps = [
    { task: "a", result: "b" },
    { task: "c", result: "d" },
  ];
  expect(studentPrompt("R", [])).toBe(
    "User request:\n\n```\nR\n```\n\nContext information:\n\n```\n<no previous steps available>\n```\n\nPlan the next step.",
  );
  expect(studentPrompt("R", steps)).toContain("```\nTask: a\nResult: b\n\nTask: c\nResult: d\n```");
});

test("each planner is asked for its own fields in their order, and is told the tools or not", async () => {
  const asked: { messages: readonly ChatMessage[]; schema: JsonSchema; temperature: number | undefined }[] = [];
  const model = scriptedModel("planner", (messages, { schema, temperature }) => {
    asked.push({ messages, schema: schema as JsonSchema, temperature });
    const fields = Object.keys((schema as { properties: object }).properties);
    return JSON.stringify(Object.fromEntries(fields.map((field) => [field, field])));
  });
  const input = { request: "R", steps: [], directAnswer: true };
  const teacher = await teacherPlanner(model, [echo, final]).plan(input);
  const student = await studentPlanner(model).plan(input);
  const zeroShot = await zeroShotPlanner(model, [final, echo]).plan(input);
  expect(asked.map(({ schema }) => Object.keys((schema as { properties: object }).properties))).toEqual([
    [
      "user_request",
      "context_information_summary",
      "missing_information_or_action",
      "thoughts",
      "task",
      "selected_tool",
    ],
    ["context_information_summary", "thoughts", "task", "selected_tool"],
    ["context_information_summary", "thoughts", "task", "selected_action"],
  ]);
  expect(asked.map(({ temperature }) => temperature)).toEqual([0.1, 0, 0]);
  const texts = asked.map(({ messages }) => messages.map(({ content }) => content).join("\n"));
  expect(texts[0]).toContain("answered at once: select final_answer");
  expect(texts[1]).toBe(studentPrompt("R", []));
  expect(texts[2]).toContain("- echo: Says the task again.\n- final_answer: Answers.");
  expect([teacher, student, zeroShot].map((plan) => plan.selected_tool)).toEqual([
    "selected_tool",
    "selected_tool",
    "selected_action",
  ]);
});

test("tools see results, planners see tasks and results, and the final answer ends the episode", async () => {
  const seen: unknown[] = [];
  const plans = [planTo("one", "echo"), planTo("two", "echo"), planTo("end", FINAL_ANSWER)];
  const planner: Planner = {
    name: "test",
    plan: ({ steps }) => {
      seen.push(steps);
      return Promise.resolve(plans[steps.length]);
    },
  };
  const episode = await runPlanner({ request: "R", planner, tools: [echo, final] });
  expect(episode).toMatchObject({ stop: "final_answer", answer: "42" });
  expect(episode.steps.map(({ result }) => result)).toEqual([
    'one after "<no context information available>"',
    `two after ${JSON.stringify('one after "<no context information available>"')}`,
    "42",
  ]);
  expect(seen[1]).toEqual([{ task: "one", result: 'one after "<no context information available>"' }]);
});

test("every way to fail is a recorded stop reason", async () => {
  const bad: AgentTool = { ...echo, name: "bad", run: () => Promise.reject(new Error("broken")) };
  const missing: AgentTool = {
    ...echo,
    name: "missing",
    run: () => Promise.resolve({ kind: "failure", reason: "http_404", text: "not there" }),
  };
  const tools = [echo, bad, missing, final];
  const run = (planner: Planner) => runPlanner({ request: "R", planner, tools });

  const unknown = await run(saying(planTo("x", "echo"), planTo("x", "shout")));
  expect(unknown).toMatchObject({ stop: "unknown_tool", detail: "shout", answer: null });
  expect(unknown.steps).toHaveLength(2);
  expect(await run(saying(planTo("x", "bad")))).toMatchObject({ stop: "tool_error", detail: "bad: broken" });
  const limit = await run(saying(planTo("x", "missing")));
  expect(limit).toMatchObject({ stop: "step_limit", answer: null });
  expect(limit.steps).toHaveLength(10);
  expect(limit.steps[0]).toMatchObject({ result: "not there", failure: "http_404" });
  const silent: Planner = { name: "s", plan: () => Promise.reject(new ModelError("answer", "no JSON")) };
  expect(await run(silent)).toMatchObject({ stop: "no_plan", detail: "no JSON", steps: [] });
});

test("a server that is away and an abort are errors, not episodes", async () => {
  const away: Planner = { name: "a", plan: () => Promise.reject(new ModelError("connection", "refused")) };
  await expect(runPlanner({ request: "R", planner: away, tools: [final] })).rejects.toThrow("refused");
  const awayTool: AgentTool = { ...echo, run: () => Promise.reject(new ModelError("timeout", "late")) };
  const planner = saying(planTo("x", "echo"));
  await expect(runPlanner({ request: "R", planner, tools: [awayTool] })).rejects.toThrow("late");
  const stopped = AbortSignal.abort();
  await expect(runPlanner({ request: "R", planner, tools: [echo], signal: stopped })).rejects.toThrow("stopped");
});

test("names of tools are exact, but where they are read leniently", async () => {
  expect(["final-answer", "a, b", " ", "use_bash"].map(lenientToolName)).toEqual([
    "final_answer",
    "a",
    "final_answer",
    "use_bash",
  ]);
  const options = { request: "R", planner: saying(planTo("x", "final-answer")), tools: [final] };
  expect((await runPlanner(options)).stop).toBe("unknown_tool");
  expect((await runPlanner({ ...options, toolName: lenientToolName })).stop).toBe("final_answer");
});

test("the answering tool answers from the results", async () => {
  const model = scriptedAnswers("answers", ['{"answer": "It is 42."}']);
  const result = await finalAnswerTool(model).run({ request: "R", task: "t", context: "c" });
  expect(result).toEqual({ kind: "answer", text: "It is 42." });
});
