import { z } from "zod";
import { ARM_IDS } from "./arms.ts";
import { preferenceRecipeSchema, sftRecipeSchema } from "../../training/index.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().positive();

/** Settings of the embedded KnowSelf experiment, beside those of the base's training. */
export const knowSelfSchema = z.strictObject({
  households: z.strictObject({
    /** Share of the households that keep things in places of their own. */
    ownWays: share,
    /** Games that were played in a household before: from them its rules are learnt. */
    earlierGames: count,
    /** Games of a household in the training data. */
    gamesEach: count,
  }),
  /** What the base is taught beside the tasks: to use a rule that it is given, and to think again when it is told to. */
  base: z.strictObject({
    /** Share of the episodes with a rule, in households with ways of their own and in ordinary ones ... */
    toldOwn: share,
    toldOrdinary: share,
    /** ... of which in so many the rule is repeated at every turn. */
    repeated: share,
    /** In this share of the episodes turns are called into question, each with the probability. */
    doubtEpisodes: share,
    doubts: share,
    /** Share of the doubts where the first command was right. */
    unfounded: share,
  }),
  gold: z.strictObject({
    games: count,
    /** The gold agent asks for knowledge after so many things in odd places, or so many places searched in vain. */
    oddThings: count,
    placesSearched: count,
  }),
  /** KnowSelf's `--mask_knowledge`: the rule's text is not learnt, only when to ask for it. */
  maskKnowledge: z.boolean(),
  /**
   * Loss weight of `[Knowledge]` and `[Reflection]` in stage 1. Turns that need them are few: above 1 a student asks
   * where it is less sure that it must.
   */
  situationWeight: z.number().positive(),
  sft: sftRecipeSchema.omit({ seed: true, snapshots: true }).partial(),
  preference: preferenceRecipeSchema.omit({ seed: true, snapshots: true }).partial(),
  /** Games of the gold's on which a trained student is tried for pairs. */
  explored: count,
  arms: z.array(z.enum(ARM_IDS)).min(1),
  evaluation: z.strictObject({
    /** `valid` to choose settings on, `test` for the report. */
    split: z.enum(["valid", "test"]),
    /** Households of each kind. */
    games: count,
    /** Published games of each kind, where the data folder has them. */
    published: z.number().int().nonnegative(),
  }),
});
export type KnowSelfSettings = z.output<typeof knowSelfSchema>;
