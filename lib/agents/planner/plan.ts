import { z } from "zod";

/** The tool that ends every finished episode; its result is the answer. */
export const FINAL_ANSWER = "final_answer";

/**
 * What a fine-tuned planner says, in this order: first what is known, then the thought, then task and tool, so that each
 * field is written in the light of those before (bot-with-plan, FineTunedPlanner).
 */
export const studentPlanSchema = z.object({
  context_information_summary: z.string(),
  thoughts: z.string(),
  task: z.string(),
  selected_tool: z.string(),
});

/** What a teacher says: two more fields, which are left out of training rows (bot-with-plan, OpenAIPlanner). */
export const teacherPlanSchema = z.object({
  user_request: z.string(),
  context_information_summary: z.string(),
  missing_information_or_action: z.string(),
  thoughts: z.string(),
  task: z.string(),
  selected_tool: z.string(),
});

/** What a model that was not trained says: the tool is called an action (bot-with-plan, ZeroShotPlanner). */
export const zeroShotPlanSchema = z.object({
  context_information_summary: z.string(),
  thoughts: z.string(),
  task: z.string(),
  selected_action: z.string(),
});

/** The plan of one next step; the teacher's two further fields may be there. */
export const planSchema = studentPlanSchema.extend({
  user_request: z.string().optional(),
  missing_information_or_action: z.string().optional(),
});
export type Plan = z.output<typeof planSchema>;
export type StudentPlan = z.output<typeof studentPlanSchema>;

/** The four fields that a student learns, in their order. */
export function studentPlan(plan: Plan): StudentPlan {
  const { context_information_summary, thoughts, task, selected_tool } = plan;
  return { context_information_summary, thoughts, task, selected_tool };
}
