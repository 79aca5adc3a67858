import type { Trajectory } from "../../trajectory/index.ts";
import { parseShopAction, sameShopAction } from "./actions.ts";
import { conversationOf, type Message } from "./conversation.ts";
import { nextTurn, type Target } from "./explorer.ts";
import { shopStepPair } from "./step-record.ts";
import { StepTally, type TaskOutcome } from "./task-outcome.ts";

export interface ShopPairsOptions {
  readonly target: Target;
  /** What comes before the first observation. */
  readonly prompt: readonly Message[];
  /** Gold trajectories below this reward are dropped. Default 0.5. */
  readonly leastReward?: number;
}

/** How often the agent is asked until its answer can be read. */
export const ATTEMPTS = 3;

/**
 * The steps of one gold trajectory of the web shop at which the agent does something else. Nothing is carried out; of
 * two searches neither is taken to be the better one.
 */
export async function shopPairs(gold: Trajectory, index: number, options: ShopPairsOptions): Promise<TaskOutcome> {
  const { target, prompt, leastReward = 0.5 } = options;
  const tally = new StepTally(gold, index);
  if (gold.reward < leastReward) return tally.dropped(`reward ${gold.reward} is below ${leastReward}`);
  const messages = conversationOf(gold);
  for (let at = 1; at < messages.length; at += 2) {
    const { content } = messages[at];
    const said = await readableTurn(target, [...prompt, ...messages.slice(0, at)]);
    const wanted = parseShopAction(content);
    if (said === null || !wanted.ok) tally.skip("unparsable");
    else if (isSearch(said) && isSearch(content)) tally.skip("search");
    else if (sameShopAction(said, content)) tally.count({ kind: "same" });
    else tally.pairs.push({ ...shopStepPair(gold, messages, at, said), idx: index });
  }
  return tally.outcome();
}

/** The agent's turn; null where it could not be read in all attempts. */
export async function readableTurn(target: Target, messages: readonly Message[]): Promise<string | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const said = await nextTurn(target, messages, attempt);
    if (parseShopAction(said).ok) return said;
  }
  return null;
}

function isSearch(turn: string): boolean {
  const action = parseShopAction(turn);
  return action.ok && action.value.startsWith("search");
}
