import { askFor, type ChatModel, type ChatOptions } from "../../llm/index.ts";
import type { ToolSpec } from "../../tools/index.ts";
import { studentPlanSchema, teacherPlanSchema, zeroShotPlanSchema, type Plan } from "./plan.ts";
import { studentPrompt, teacherMessages, zeroShotPrompt, type PastStep } from "./prompts.ts";

/** What a planner is told before each step. */
export interface PlannerInput {
  readonly request: string;
  readonly steps: readonly PastStep[];
  /** The request is to be answered in this step, without any tool. */
  readonly directAnswer: boolean;
}

/** Plans one step at a time: which tool is to do what next. It never calls a tool. */
export interface Planner {
  /** Named in results; scripted planners begin with `scripted`. */
  readonly name: string;
  /** Throws `ModelError` of kind `answer` where the model says no plan. */
  plan(input: PlannerInput, signal?: AbortSignal): Promise<Plan>;
}

type Sampling = Pick<ChatOptions, "temperature" | "seed" | "maxTokens">;

const signalled = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {});

/** A strong model that is told rules and tools; the published one ran at temperature 0.1. */
export function teacherPlanner(model: ChatModel, tools: readonly ToolSpec[], sampling: Sampling = {}): Planner {
  return {
    name: `teacher ${model.name}`,
    async plan({ request, steps, directAnswer }, signal) {
      const messages = teacherMessages(request, steps, tools, directAnswer);
      const options = { temperature: 0.1, ...sampling, ...signalled(signal) };
      return (await askFor(model, messages, teacherPlanSchema, options)).value;
    },
  };
}

/** A model trained on packaged rows: greedy, constrained to the student's fields. It cannot be told to answer directly. */
export function studentPlanner(model: ChatModel, sampling: Sampling = {}): Planner {
  return {
    name: `fine-tuned ${model.name}`,
    async plan({ request, steps }, signal) {
      const content = studentPrompt(request, steps);
      const options = { temperature: 0, ...sampling, ...signalled(signal) };
      return (await askFor(model, [{ role: "user", content }], studentPlanSchema, options)).value;
    },
  };
}

/** Any model, untrained: tools in the prompt, greedy. It cannot be told to answer directly. */
export function zeroShotPlanner(model: ChatModel, tools: readonly ToolSpec[], sampling: Sampling = {}): Planner {
  return {
    name: `zero-shot ${model.name}`,
    async plan({ request, steps }, signal) {
      const content = zeroShotPrompt(request, steps, tools);
      const options = { temperature: 0, ...sampling, ...signalled(signal) };
      const { value } = await askFor(model, [{ role: "user", content }], zeroShotPlanSchema, options);
      const { selected_action, ...rest } = value;
      return { ...rest, selected_tool: selected_action };
    },
  };
}
