import { UserError } from "../../base/index.ts";
import type { Trajectory } from "../trajectory.ts";

/** The texts of a trajectory that is one question and one answer. Throws `UserError` for any other. */
export function exchangeOf({ id, turns }: Trajectory, format: string): [string, string] {
  const roles = turns.map(({ role }) => role).join(", ");
  if (roles !== "user, assistant")
    throw new UserError(
      `trajectory ${id}: ${format} holds one user and one assistant turn, here are ${roles || "none"}`,
    );
  return [turns[0].content, turns[1].content];
}
