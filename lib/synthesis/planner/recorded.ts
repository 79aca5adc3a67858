import { z } from "zod";
import { FINAL_ANSWER, runPlanner, type Planner, type PlannerEpisode } from "../../agents/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import { specOf } from "./tool-specs.ts";

/** A run of bot-with-plan's notebooks with real tools, as far as it was printed. */
export const recordedRunSchema = z.looseObject({
  planner: z.string(),
  request: z.string(),
  steps: z.array(
    z.looseObject({
      task: z.string(),
      tool: z.string().nullable(),
      observation: z.string(),
      query: z.string().optional(),
      python: z.string().optional(),
    }),
  ),
  final_answer: z.string(),
});
export type RecordedRun = z.output<typeof recordedRunSchema>;
type RecordedStep = RecordedRun["steps"][number];

/** The tool of a step. Runs without training did not print it; then what the tool printed tells. */
export function recordedTool({ tool, query, python, observation }: RecordedStep): string {
  if (tool !== null) return tool;
  if (python !== undefined) return "calculate_number";
  if (query !== undefined) return "search_internet";
  if (/added to calendar/.test(observation)) return "create_event";
  throw new Error(`recorded step without a tool: nothing tells which brought ${JSON.stringify(observation)}`);
}

/** Plays a recorded run again through the agent's loop: recorded tasks, recorded observations. */
export function replayRun(run: RecordedRun): Promise<PlannerEpisode> {
  const tools = [...new Set(run.steps.map(recordedTool))].map((name): AgentTool => ({
    ...specOf(name),
    run: ({ task }) => {
      const step = run.steps.find((each) => each.task === task && recordedTool(each) === name);
      return Promise.resolve(
        step === undefined
          ? { kind: "failure", reason: "not_recorded", text: `No recorded result of ${name} for this task.` }
          : { kind: "answer", text: step.observation },
      );
    },
  }));
  const last: AgentTool = {
    ...specOf(FINAL_ANSWER),
    run: () => Promise.resolve({ kind: "answer", text: run.final_answer }),
  };
  return runPlanner({ request: run.request, planner: recordedPlanner(run), tools: [...tools, last] });
}

function recordedPlanner({ planner, steps: recorded }: RecordedRun): Planner {
  return {
    name: `recorded ${planner}`,
    plan: ({ steps }) => {
      const next = recorded.at(steps.length);
      return Promise.resolve({
        context_information_summary: "",
        thoughts: "",
        task: next?.task ?? "Give the final answer.",
        selected_tool: next === undefined ? FINAL_ANSWER : recordedTool(next),
      });
    },
  };
}

export const recordedSearchSchema = z.object({ call: z.string(), output: z.string() });
export type RecordedSearch = z.output<typeof recordedSearchSchema>;

/** What a recorded search was asked, what it made of that for the search engine, and its answer. */
export function readRecordedSearch({ call, output }: RecordedSearch): { task: string; query: string; answer: string } {
  const task = /query="(.*)"/s.exec(call)?.[1];
  const [first, ...rest] = output.split("\n");
  const query = /^Searching the internet for query '(.*)'$/.exec(first)?.[1];
  const quoted = /^(["'])(.*)\1$/s.exec(rest.join("\n"))?.[2];
  if (task === undefined || query === undefined || quoted === undefined)
    throw new Error(`no recorded search: ${JSON.stringify({ call, output }).slice(0, 200)}`);
  // Python's repr: only the quotation mark around it and backslashes are escaped.
  return { task, query, answer: quoted.replace(/\\(['"\\])/g, "$1") };
}

/** The internet search that knows the recorded answers, by what was asked or what was searched for. */
export function recordedSearchTool(searches: readonly RecordedSearch[]): AgentTool {
  const known = searches.map(readRecordedSearch);
  return {
    ...specOf("search_internet"),
    run: ({ task }) => {
      const found = known.find((search) => search.task === task || search.query === task);
      return Promise.resolve(
        found === undefined
          ? { kind: "failure", reason: "not_recorded", text: "No recorded search for this task." }
          : { kind: "answer", text: found.answer },
      );
    },
  };
}
