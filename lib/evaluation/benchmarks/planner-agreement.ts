import type { Planner } from "../../agents/index.ts";
import type { PlannerRecord } from "../../synthesis/index.ts";

/** What a planner chose at one step, and what a teacher would have chosen there, after the same steps. */
export interface ToolChoice {
  readonly series: string;
  readonly request: string;
  /** From 0. */
  readonly step: number;
  readonly teacher: string;
  readonly planner: string;
  readonly isSameTask: boolean;
}

/**
 * Asks a teacher at every step of other planners' episodes. The teacher goes on from what those have done, so that one
 * difference does not count again at every later step.
 * @param teacherOf a scripted teacher reads results of its own tasks only: a fact that was found by a task in other words
 * is still missing to it
 */
export async function toolChoices(
  series: string,
  records: readonly PlannerRecord[],
  teacherOf: (request: PlannerRecord["request"]) => Planner,
): Promise<ToolChoice[]> {
  const choices: ToolChoice[] = [];
  for (const { request, steps } of records) {
    const teacher = teacherOf(request);
    const past = steps.map(({ plan: { task }, result }) => ({ task, result }));
    for (const [step, { plan }] of steps.entries()) {
      const wanted = await teacher.plan({ request: request.request, steps: past.slice(0, step), directAnswer: false });
      choices.push({
        ...{ series, request: request.id, step, teacher: wanted.selected_tool, planner: plan.selected_tool },
        isSameTask: wanted.task === plan.task,
      });
    }
  }
  return choices;
}
