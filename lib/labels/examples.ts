import { z } from "zod";
import { UserError } from "../base/index.ts";
import { SOURCES, type Trajectory } from "../trajectory/index.ts";
import type { ChatTemplate } from "./template.ts";
import type { Tokenizer } from "./tokenizer/index.ts";
import type { LossWeights } from "./weights.ts";

/** A training row. The three lists have one entry a token; position t is the token that is predicted from those before. */
export interface LabelledExample {
  readonly id: string;
  readonly ids: readonly number[];
  /** Loss weight of each token as a target. The first is 0: nothing predicts it. */
  readonly weights: readonly number[];
  /** Indices into `SOURCES`. */
  readonly sources: readonly number[];
}

export interface LabelOptions {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly weights: LossWeights;
  /** Most tokens of an example. */
  readonly maxLength: number;
}

/** A longer trajectory gives no example: cutting it would teach an episode without an end. */
export type LabelResult =
  | { readonly kind: "example"; readonly example: LabelledExample }
  | { readonly kind: "too_long"; readonly id: string; readonly length: number };

/** Renders one trajectory to token ids, weights and sources. Throws `UserError` where nothing in it would be learnt. */
export function labelTrajectory(trajectory: Trajectory, options: LabelOptions): LabelResult {
  const { tokenizer, template, weights, maxLength } = options;
  const ids: number[] = [];
  const row: number[] = [];
  const sources: number[] = [];
  let learnt = 0;
  for (const { text, special, source, loss } of template.renderTurns(trajectory.turns)) {
    const tokens = special ? [tokenizer.special(text)] : tokenizer.encode(text);
    const weight = loss === "none" ? 0 : weights[loss === "context" ? "context" : source];
    const index = SOURCES.indexOf(source);
    for (const token of tokens) {
      ids.push(token);
      row.push(row.length === 0 ? 0 : weight);
      sources.push(index);
    }
    if (isAgents(source) && loss === "source" && weight > 0) learnt += tokens.length;
  }
  if (learnt === 0) {
    throw new UserError(
      `trajectory ${trajectory.id}: empty loss mask: no agent turn has tokens with a positive weight; ` +
        `give it agent turns without "loss": false, or weights above 0 for thought and action`,
    );
  }
  if (ids.length > maxLength) return { kind: "too_long", id: trajectory.id, length: ids.length };
  return { kind: "example", example: { id: trajectory.id, ids, weights: row, sources } };
}

const isAgents = (source: string): boolean => source === "thought" || source === "action" || source === "reflection";

const exampleSchema = z.object({
  id: z.string(),
  ids: z.array(z.number().int().nonnegative()).min(1),
  weights: z.array(z.number().nonnegative()),
  sources: z.array(
    z
      .number()
      .int()
      .min(0)
      .max(SOURCES.length - 1),
  ),
});

/** Checks one row of an examples file; for `readJsonl`, which adds file and line to what it throws. */
export function parseExample(value: unknown): LabelledExample {
  const result = exampleSchema.safeParse(value);
  if (!result.success) {
    const [{ path, message }] = result.error.issues;
    throw new Error(`not a labelled example: ${path.join(".")}: ${message}`);
  }
  const { id, ids, weights, sources } = result.data;
  if (weights.length !== ids.length || sources.length !== ids.length) {
    throw new Error(`example ${id}: ${ids.length} ids, ${weights.length} weights and ${sources.length} sources differ`);
  }
  return result.data;
}
