import { Interrupted, type OnProgress } from "../../base/index.ts";
import type { StepPair } from "../../trajectory/index.ts";
import { parseActionKey, parseShopAction, sameHouseholdAction, sameShopAction } from "./actions.ts";
import type { Message } from "./conversation.ts";
import { nextTurn, type Target } from "./explorer.ts";
import { householdTwoShot, RECONSIDER_HOUSEHOLD, reconsiderShop, shopTwoShot } from "./prompts.ts";
import { readableTurn } from "./shop-pairs.ts";

export interface ReflectOptions {
  readonly pairs: readonly StepPair[];
  readonly target: Target;
  readonly domain: "household" | "shop";
  /** What comes before the first observation. Default: the instruction with two examples of ours. */
  readonly prompt?: (pair: StepPair) => readonly Message[];
  /** Pairs worked on at once. Default 1. */
  readonly parallel?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Reflections {
  /** Second thoughts that reach the gold action: slow steps. Each pair has its `reflection`. */
  readonly right: readonly StepPair[];
  /** Second thoughts that do not: steps that need knowledge. */
  readonly wrong: readonly StepPair[];
  /** Pairs of which no answer could be read; they are used for nothing. */
  readonly unreadable: readonly StepPair[];
}

/** Tells the agent at each pair that its action was not executed, and looks whether it now does the right thing. */
export async function reflectOnPairs(options: ReflectOptions): Promise<Reflections> {
  const { pairs, domain, parallel = 1, onProgress, signal } = options;
  const household = domain === "household";
  const [answers, same] = household
    ? [(text: string): boolean => parseActionKey(text).ok, sameHouseholdAction]
    : [(text: string): boolean => parseShopAction(text).ok, sameShopAction];
  const said: (string | null)[] = [];
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    while (next < pairs.length) {
      if (signal?.aborted) throw new Interrupted(`stopped after ${done} of ${pairs.length} reflections`);
      const index = next++;
      const messages = reflectionMessages(pairs[index], options);
      const { target } = options;
      said[index] = household ? await nextTurn(target, messages) : await readableTurn(target, messages);
      onProgress?.({ done: ++done, total: pairs.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, lane)).catch((error: unknown) => {
    next = pairs.length;
    throw error;
  });
  const result = { right: [] as StepPair[], wrong: [] as StepPair[], unreadable: [] as StepPair[] };
  pairs.forEach((pair, i) => {
    const reflection = said[i];
    if (reflection === null || !answers(reflection)) result.unreadable.push(pair);
    else result[same(pair.golden_action, reflection) ? "right" : "wrong"].push({ ...pair, reflection });
  });
  return result;
}

/** The request of one reflection: what the agent saw and did, and that it was not executed. */
export function reflectionMessages(
  pair: StepPair,
  { domain, prompt }: Pick<ReflectOptions, "domain" | "prompt">,
): Message[] {
  const household = domain === "household";
  const action = parseShopAction(pair.explore_action);
  const content = household ? RECONSIDER_HOUSEHOLD : reconsiderShop(action.ok ? action.value : pair.explore_action);
  const before = prompt?.(pair) ?? (household ? householdTwoShot() : shopTwoShot());
  return [...before, ...withoutAnswer(pair.explore_traj), { role: "user", content }];
}

/** The turns up to the agent's last; the household's records end with what came of it. */
const withoutAnswer = (messages: readonly Message[]): readonly Message[] =>
  messages.at(-1)?.role === "user" ? messages.slice(0, -1) : messages;
