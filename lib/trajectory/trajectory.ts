import { z } from "zod";

/** Where a piece of a turn comes from; decides its weight in the loss and its colour in the token strip. */
export const SOURCES = [
  "system",
  "user",
  "observation",
  "thought",
  "action",
  "reflection",
  "knowledge",
  "delimiter",
] as const;
export type Source = (typeof SOURCES)[number];

/** Fields of a foreign format that this schema has no place for, as they were. */
const extra = z.record(z.string(), z.unknown()).optional();

/** One message. Agent turns carry `thought` and `action` in the environment's own words; `content` is the whole text. */
export const turnSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  thought: z.string().optional(),
  action: z.string().optional(),
  /** KnowSelf's situations: act at once, reconsider, or ask for knowledge. */
  situation: z.enum(["fast", "slow", "knowledgeable"]).optional(),
  /** The rule that the agent asked for before this turn; empty where none was found. */
  knowledge: z.string().optional(),
  /** What the agent first meant to do, and why it thought again; `thought` belongs to this, `action` is what it did. */
  reconsidered: z.object({ action: z.string(), reflection: z.string() }).optional(),
  /** Knowledge or doubt came from outside, unasked: its tokens and the first action are context, not the agent's own. */
  prompted: z.boolean().optional(),
  /** False for an agent turn that is kept as context and not trained on (for example a random slip). */
  loss: z.boolean().optional(),
  extra,
});
export type Turn = z.infer<typeof turnSchema>;

/** `finished`: the task came to its end, but not with full reward. */
export const STOP_REASONS = ["success", "finished", "step_limit", "gave_up", "context_limit", "error"] as const;

/** One episode of an agent in an environment. */
export const trajectorySchema = z.object({
  id: z.string(),
  environment: z.string(),
  task: z.object({
    id: z.string(),
    type: z.string(),
    /** Where the task is from: `generated` (ours) or the published benchmark's name. */
    source: z.string(),
    split: z.string(),
    goal: z.string(),
  }),
  agent: z.string(),
  seed: z.union([z.number(), z.string()]),
  turns: z.array(turnSchema),
  reward: z.number(),
  success: z.boolean(),
  steps: z.number().int().nonnegative(),
  invalid: z.number().int().nonnegative(),
  stop: z.enum(STOP_REASONS),
  /** Of an imported trajectory: its format, and the fields that the format did not state and import filled in. */
  origin: z.object({ format: z.string(), assumed: z.array(z.string()) }).optional(),
  extra,
});
export type Trajectory = z.infer<typeof trajectorySchema>;

/** Checks one value and says which field is wrong. */
export function parseTrajectory(value: unknown): Trajectory {
  const result = trajectorySchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`not a trajectory: ${issue.path.join(".")}: ${issue.message}`);
}
