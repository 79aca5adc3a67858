import { Interrupted } from "../../base/index.ts";
import { ModelError } from "../../llm/index.ts";
import type { AgentTool, ToolResult } from "../../tools/index.ts";
import { FINAL_ANSWER, type Plan } from "./plan.ts";
import type { Planner } from "./planner.ts";
import { resultsText } from "./prompts.ts";

/** A plan and what its tool brought. `result` is what the planner reads next. */
export interface PlannerStep {
  readonly plan: Plan;
  readonly result: string;
  /** Why the tool brought no answer; the episode went on. */
  readonly failure?: string;
}

/**
 * Why an episode ended. `unknown_tool`: the plan names a tool that there is not; `tool_error`: a tool threw;
 * `no_plan`: the planner's answer was no plan.
 */
export const PLANNER_STOPS = ["final_answer", "step_limit", "unknown_tool", "tool_error", "no_plan"] as const;
export type PlannerStop = (typeof PLANNER_STOPS)[number];

export interface PlannerEpisode {
  readonly request: string;
  readonly planner: string;
  readonly steps: readonly PlannerStep[];
  readonly stop: PlannerStop;
  /** What the stop reason is about, where it is an error. */
  readonly detail?: string;
  /** Null where the episode was not finished. */
  readonly answer: string | null;
}

export interface RunPlannerOptions {
  readonly request: string;
  readonly planner: Planner;
  readonly tools: readonly AgentTool[];
  /** Default 10, the final answer included. */
  readonly maxSteps?: number;
  readonly directAnswer?: boolean;
  /** What tool a plan's name means; by default the tool of exactly this name. */
  readonly toolName?: (name: string) => string;
  readonly signal?: AbortSignal;
}

/**
 * Plans and carries out step by step until the final answer. Whatever the planner or a tool does wrong ends or continues
 * the episode with a named reason; only servers that cannot be reached, and aborting, throw.
 */
export async function runPlanner(options: RunPlannerOptions): Promise<PlannerEpisode> {
  const { request, planner, maxSteps = 10, directAnswer = false, toolName = (name) => name, signal } = options;
  const tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  const steps: PlannerStep[] = [];
  const ended = (stop: PlannerStop, detail?: string): PlannerEpisode => ({
    ...{ request, planner: planner.name, steps, stop },
    ...(detail === undefined ? {} : { detail }),
    answer: stop === "final_answer" ? steps[steps.length - 1].result : null,
  });
  while (steps.length < maxSteps) {
    stopIfAborted(signal);
    const past = steps.map(({ plan: { task }, result }) => ({ task, result }));
    let plan: Plan;
    try {
      plan = await planner.plan({ request, steps: past, directAnswer }, signal);
    } catch (error) {
      if (!(error instanceof ModelError && error.kind === "answer")) throw error;
      return ended("no_plan", error.message);
    }
    const name = toolName(plan.selected_tool);
    const tool = tools.get(name);
    if (tool === undefined) {
      steps.push({ plan, result: "", failure: "unknown_tool" });
      return ended("unknown_tool", plan.selected_tool);
    }
    let brought: ToolResult;
    try {
      brought = await tool.run({ request, task: plan.task, context: resultsText(past) }, signal);
    } catch (error) {
      stopIfAborted(signal);
      if (error instanceof ModelError && error.kind !== "answer") throw error;
      steps.push({ plan, result: "", failure: "tool_error" });
      return ended("tool_error", `${name}: ${(error as Error).message}`);
    }
    const failure = brought.kind === "failure" ? { failure: brought.reason ?? "failure" } : {};
    steps.push({ plan, result: brought.text, ...failure });
    if (name === FINAL_ANSWER) return ended("final_answer");
  }
  return ended("step_limit");
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Interrupted("the episode was stopped");
}

/**
 * What a name may mean where users wait for an answer: a hyphen is an underscore, of several the first counts, and none
 * at all means to answer (as bot-with-plan's agent with real tools reads them).
 */
export function lenientToolName(name: string): string {
  const [first] = name.split(",");
  return first.trim().replaceAll("-", "_") || FINAL_ANSWER;
}
