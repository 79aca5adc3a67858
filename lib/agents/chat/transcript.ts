import type { Trajectory, Turn } from "../../trajectory/index.ts";
import type { Profile } from "./profile.ts";

/** An episode as one text for a model that judges it: what was seen and what was said, a paragraph each. */
export function transcript(profile: Profile, turns: readonly Turn[]): string {
  return turns
    .filter(({ role }) => role !== "system")
    .map(({ role, content }, index) => (role === "user" ? profile.shown(content, index === 0) : content))
    .join("\n\n");
}

/** How an episode ended, in words. */
export function outcome({ success, reward, stop, steps }: Trajectory): string {
  if (success) return `The task was solved in ${steps} steps.`;
  const why = stop === "step_limit" ? "the steps ran out" : "it ended without the whole reward";
  return `The task was not solved: ${why} after ${steps} steps, with reward ${Number(reward.toFixed(3))}.`;
}
