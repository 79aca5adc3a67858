import type { Turn } from "../trajectory/index.ts";
import type { Rule } from "./rule.ts";

/** Where an agent stands when it asks for knowledge. */
export interface AskingSituation {
  /** What the task asks for, in words. */
  readonly goal: string;
  /** The conversation so far; it ends with an observation. */
  readonly turns: readonly Turn[];
  readonly rules: readonly Rule[];
  /** While training data are made: the right action here, and the one that was tried. */
  readonly correct?: string;
  readonly wrong?: string;
}

/** Chooses the rule that helps in a situation; null: none does. */
export type SelectRule = (situation: AskingSituation) => Promise<Rule | null>;

/** Ids of rules that were chosen but do not stand in the base. */
export const UNLISTED = "unlisted";

/** The rule's text for an agent that asks for knowledge; empty where none helps. */
export const knowledgeFrom =
  (select: SelectRule, rules: readonly Rule[]) =>
  async (goal: string, turns: readonly Turn[]): Promise<string> =>
    (await select({ goal, turns, rules }))?.rule ?? "";
