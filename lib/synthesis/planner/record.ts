import { z } from "zod";
import { planSchema, PLANNER_STOPS, type PlannerEpisode } from "../../agents/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import { plannerRequestSchema, type PlannerRequest } from "./request.ts";

/** An episode of a planner as it is stored, with its request; every one is, however it ended. */
export const plannerRecordSchema = z.object({
  request: plannerRequestSchema,
  planner: z.string(),
  /** Of what was drawn in the simulated tools; another seed is another run of the same series. */
  seed: z.union([z.number(), z.string()]),
  steps: z.array(z.object({ plan: planSchema, result: z.string(), failure: z.string().optional() })),
  stop: z.enum(PLANNER_STOPS),
  detail: z.string().optional(),
  answer: z.string().nullable(),
});
export type PlannerRecord = z.output<typeof plannerRecordSchema>;

export function recordOf(request: PlannerRequest, seed: number | string, episode: PlannerEpisode): PlannerRecord {
  const { planner, steps, stop, detail, answer } = episode;
  return { request, planner, seed, steps: [...steps], stop, ...(detail === undefined ? {} : { detail }), answer };
}

const rating = z.number().min(1).max(5);

/** What a judge says of an episode, in bot-with-plan's fields. There is one entry a step, but for the last. */
export const plannerEvaluationSchema = z.object({
  steps: z.array(
    z.object({ task_rating: rating, tool_rating: rating, result_rating: rating, explanation: z.string() }),
  ),
  final_answer_rating: rating,
  explanation: z.string(),
});
export type PlannerEvaluation = z.output<typeof plannerEvaluationSchema>;

const publishedSchema = z
  .array(z.object({ plan: planSchema, result: z.string() }))
  .min(1, "a trajectory without steps was not finished");

/**
 * Reads a trajectory as bot-with-plan publishes it: a list of plans and results, whose first plan repeats the request.
 * @param request what the request file says, where there is one
 */
export function readPublishedTrajectory(value: unknown, id: string, request?: string): PlannerRecord {
  const steps = publishedSchema.parse(value);
  const asked = request ?? steps[0].plan.user_request;
  if (asked === undefined) throw new Error(`trajectory ${id}: its plans do not repeat the request, and none was given`);
  const last = steps[steps.length - 1];
  const isFinished = last.plan.selected_tool === "final_answer";
  return {
    request: { id, request: asked },
    planner: "published",
    seed: 0,
    steps,
    stop: isFinished ? "final_answer" : "step_limit",
    answer: isFinished ? last.result : null,
  };
}

/** The episode as a trajectory, for viewers and statistics; with an evaluation its success is that of the final answer. */
export function plannerTrajectory(
  record: PlannerRecord,
  evaluation?: PlannerEvaluation,
  environment = "planner simulation",
): Trajectory {
  const { request, planner, seed, steps, stop, detail } = record;
  const success = stop === "final_answer" && (evaluation === undefined || evaluation.final_answer_rating >= 4);
  const finished = success ? ("success" as const) : ("finished" as const);
  const ends = {
    final_answer: finished,
    step_limit: "step_limit",
    unknown_tool: "error",
    tool_error: "error",
  } as const;
  const turns = steps.flatMap(({ plan, result }): Turn[] => [
    {
      role: "assistant",
      content: JSON.stringify(plan),
      thought: plan.thoughts,
      action: `${plan.selected_tool}: ${plan.task}`,
    },
    { role: "user", content: result },
  ]);
  return {
    id: `${request.id}/${planner}/${seed}`,
    environment,
    task: {
      id: request.id,
      type: request.category ?? "unknown",
      source: request.scripted === undefined ? "written" : "generated",
      split: request.scripted?.world.split ?? "unknown",
      goal: request.request,
    },
    agent: planner,
    seed,
    turns: [{ role: "user", content: request.request }, ...turns],
    reward: success ? 1 : 0,
    success,
    steps: steps.length,
    invalid: steps.filter(({ failure }) => failure === "unknown_tool" || failure === "tool_error").length,
    stop: stop === "no_plan" ? "error" : ends[stop],
    ...(detail === undefined ? {} : { extra: { detail, stop } }),
  };
}
