import type { StepPair, Trajectory } from "../../trajectory/index.ts";
import type { Message } from "./conversation.ts";

/** What an agent did in the place of a gold turn. */
export interface Explored {
  /** The messages before it, from the first observation. */
  readonly turns: readonly Message[];
  readonly action: string;
  readonly observation: string;
}

/**
 * The published record of a household step (`sample_pair_alfworld.py`), without its `idx`.
 * @param messages the gold trajectory as `conversationOf` gives it
 * @param at index of the gold agent's message
 */
export function householdStepPair(
  gold: Trajectory,
  messages: readonly Message[],
  at: number,
  { turns, action, observation }: Explored,
): StepPair {
  return {
    id: publishedId(gold),
    step: stepOf(at),
    task_type: gold.task.type,
    golden_action: messages[at].content,
    golden_observation: messages[at + 1]?.content ?? "Task finished",
    explore_action: action,
    explore_observation: observation,
    golden_traj: messages.slice(0, at + 2),
    explore_traj: [...turns, { role: "assistant", content: action }, { role: "user", content: observation }],
    full_golden_traj: [...messages],
    game_file: gold.task.id,
  };
}

/** The published record of a step in the shop, where nothing is carried out (`sample_pair_webshop.py`). */
export function shopStepPair(gold: Trajectory, messages: readonly Message[], at: number, action: string): StepPair {
  return {
    id: publishedId(gold),
    step: stepOf(at),
    golden_action: messages[at].content,
    explore_action: action,
    golden_traj: messages.slice(0, at + 1),
    explore_traj: [...messages.slice(0, at), { role: "assistant", content: action }],
    full_golden_traj: [...messages],
    reward: gold.reward,
  };
}

/** Number of the agent's turn at this message, from 1. */
const stepOf = (at: number): number => (at + 1) / 2;

/** The shop's ids are numbers in the published files. */
const publishedId = ({ id, extra }: Trajectory): string | number =>
  typeof extra?.id === "number" && String(extra.id) === id ? extra.id : id;
