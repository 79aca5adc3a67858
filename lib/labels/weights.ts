import { z } from "zod";
import { SOURCES, type Source } from "../trajectory/index.ts";
import { UserError } from "../base/index.ts";

/** Loss weight of each token by its source; `context` is for agent turns that are shown but not to be learnt. */
export type LossWeights = Readonly<Record<Source | "context", number>>;

/** What the agent says is learnt in full; what it reads a little, which teaches it the world's regularities. */
export const DEFAULT_WEIGHTS: LossWeights = {
  system: 0,
  user: 0.1,
  observation: 0.1,
  thought: 1,
  action: 1,
  reflection: 1,
  knowledge: 0,
  delimiter: 1,
  context: 0.1,
};

const schema = z.strictObject(
  Object.fromEntries([...SOURCES, "context"].map((source) => [source, z.number().min(0).optional()])),
);

/** The default weights with those of a recipe in their place. Throws `UserError` on an unknown source or a negative weight. */
export function lossWeights(changes: Partial<LossWeights> = {}): LossWeights {
  const result = schema.safeParse(changes);
  if (result.success) return { ...DEFAULT_WEIGHTS, ...changes };
  const [{ path, message }] = result.error.issues;
  throw new UserError(`loss weights ${JSON.stringify(changes)}: ${path.join(".")}: ${message}`);
}
