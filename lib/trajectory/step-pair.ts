import { z } from "zod";

const message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });

/**
 * One step at which an agent, led along the gold turns up to it, did something else than the gold agent. Field names are
 * KnowSelf's (`sample_pair_*.py`), so that its files and ours are the same; the later stages add `reflection` (the
 * model's second thoughts) and `rule` (the rule that was chosen). Unknown fields are kept.
 */
export const stepPairSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  /** Number of the agent's turn in the gold trajectory, from 1; 0 where the whole search is meant. */
  step: z.number().int().nonnegative(),
  task_type: z.string().optional(),
  golden_action: z.string(),
  golden_observation: z.string().optional(),
  explore_action: z.string(),
  explore_observation: z.string().optional(),
  /** The gold turns up to and with this step. */
  golden_traj: z.array(message),
  /** The turns up to and with the other action; in the household with the answer to it. */
  explore_traj: z.array(message),
  full_golden_traj: z.array(message),
  game_file: z.string().optional(),
  idx: z.number().int().optional(),
  reward: z.number().optional(),
  reflection: z.string().optional(),
  rule: z.string().optional(),
});
export type StepPair = z.infer<typeof stepPairSchema>;

/** Checks one value and says which field is wrong. */
export function parseStepPair(value: unknown): StepPair {
  const result = stepPairSchema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message: why }] = result.error.issues;
  throw new Error(`not a pair of steps: ${path.join(".")}: ${why}`);
}
