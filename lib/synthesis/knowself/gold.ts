import { AlfworldState, StateError } from "./alfworld-state.ts";
import type { Message } from "./conversation.ts";

/** What a replay of gold messages by their text finds. */
export type GoldReplay =
  | {
      readonly ok: true;
      /** After the last action that has an observation. */
      readonly state: AlfworldState;
      readonly applied: number;
      /** Index of the message that first takes an object into the hand; null where none does. */
      readonly grasp: number | null;
    }
  | { readonly ok: false; readonly at: number; readonly why: string };

/**
 * Replays household messages (first observation, then agent and observation in turn) through the state tracker. The last
 * action has no observation and is not applied. A trajectory that fails is no gold and should be dropped.
 */
export function replayGold(messages: readonly Message[]): GoldReplay {
  const state = new AlfworldState(messages[0]?.content ?? "");
  let grasp: number | null = null;
  let applied = 0;
  for (let i = 1; i + 1 < messages.length; i += 2) {
    try {
      state.apply(messages[i].content, messages[i + 1].content);
    } catch (error) {
      if (error instanceof StateError) return { ok: false, at: i, why: error.message };
      throw error;
    }
    applied++;
    if (grasp === null && state.held) grasp = i;
  }
  return { ok: true, state, applied, grasp };
}

/** The task in words: what follows "Your task is to:" in the first observation. */
export const objectiveOf = (first: string): string => (first.split("Your task is to:").at(-1) ?? "").trim();
