import { z } from "zod";
import { trajectorySchema } from "./trajectory.ts";

/** Two ways on from the same turns, of which one is to be preferred. */
const trajectoryPairSchema = z
  .object({
    id: z.string(),
    chosen: trajectorySchema,
    rejected: trajectorySchema,
    /** Turns at the beginning that both have: the prompt. */
    shared: z.number().int().positive(),
    /** Fields of a foreign format that this schema has no place for, as they were. */
    extra: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine(({ chosen, rejected, shared }, context) => {
    const start = (turns: readonly unknown[]): string => JSON.stringify(turns.slice(0, shared));
    for (const [name, { turns }] of Object.entries({ chosen, rejected }))
      if (turns.length <= shared)
        context.addIssue({ code: "custom", path: [name, "turns"], message: `none after the ${shared} shared ones` });
    if (start(chosen.turns) !== start(rejected.turns))
      context.addIssue({ code: "custom", path: ["shared"], message: `the first ${shared} turns differ` });
  });
export type TrajectoryPair = z.infer<typeof trajectoryPairSchema>;

/** Checks one value and says which field is wrong. */
export function parseTrajectoryPair(value: unknown): TrajectoryPair {
  const result = trajectoryPairSchema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new Error(`not a pair of trajectories: ${path.join(".")}: ${message}`);
}
