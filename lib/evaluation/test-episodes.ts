import type { Trajectory, Turn } from "../trajectory/index.ts";

/** The parts of an episode that a test cares about; the rest is filled in. `turns` alternates action and observation. */
export interface EpisodeParts {
  readonly id?: string;
  readonly type?: string;
  readonly goal?: string;
  readonly steps?: number;
  readonly invalid?: number;
  readonly success?: boolean;
  readonly turns?: readonly (readonly [action: string, observation: string])[];
}

/** A trajectory for tests. Its length follows from `turns` where these are given. */
export function episode(parts: EpisodeParts): Trajectory {
  const { id = "t0", type = "pick_and_place_simple", goal = "put a mug in desk", success = false, turns = [] } = parts;
  const exchanges = turns.flatMap(([action, observation]): Turn[] => [
    { role: "assistant", content: `Thought: I need mug.\nAction: ${action}`, thought: "I need mug.", action },
    { role: "user", content: observation },
  ]);
  const intro = `You are in the middle of a room.\n\nYour task is to: ${goal}.`;
  return {
    id: `student/${id}`,
    environment: "household",
    task: { id, type, source: "generated", split: "test", goal },
    agent: "student",
    seed: 0,
    turns: [{ role: "user", content: intro }, ...exchanges],
    reward: success ? 1 : 0,
    success,
    steps: parts.steps ?? turns.length,
    invalid: parts.invalid ?? turns.filter(([, observation]) => observation === "Nothing happens.").length,
    stop: success ? "success" : "step_limit",
  };
}
