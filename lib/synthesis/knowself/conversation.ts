import type { StepPair, Trajectory, Turn } from "../../trajectory/index.ts";

/** A message of KnowSelf's files. */
export type Message = StepPair["golden_traj"][number];

/** Turns at the beginning that only instruct: in KnowSelf's files the instruction and the agent's "OK". */
export function instructionLength(turns: readonly Pick<Turn, "role" | "content">[]): 0 | 2 {
  const [first, second] = turns;
  return first?.role === "user" && second?.role === "assistant" && second.content.trim() === "OK" ? 2 : 0;
}

/**
 * A trajectory as KnowSelf's messages, from the first observation to the agent's last turn. One that was imported from
 * there (it begins with an instruction) stays as it is; in our own, observations get their `Observation: `, and what
 * the published texts leave out of them (the welcome, the number of the place) goes.
 */
export function conversationOf({ turns }: Pick<Trajectory, "turns">): Message[] {
  const instructed = instructionLength(turns);
  const messages = turns.slice(instructed).map(({ role, content }, i): Message => {
    if (role !== "user" || instructed > 0) return { role, content };
    return { role, content: i === 0 ? taskText(content) : observationText(content) };
  });
  return messages.at(-1)?.role === "user" ? messages.slice(0, -1) : messages;
}

/** A first observation without TextWorld's welcome. */
export const taskText = (first: string): string => first.replace(/^-= .*? =-\n\n/, "");

/** A later observation as KnowSelf's user message; one that is such a message already stays. */
export const observationText = (observation: string): string =>
  observation.startsWith("Observation:")
    ? observation
    : `Observation: ${observation.replace(/^You arrive at loc \d+\. /, "")}`;

/**
 * The trajectory in the form of KnowSelf's files: instruction and "OK" before it, messages as `conversationOf` gives
 * them; situations stay with their turns. A household is called `alfworld`, so that the task's id is the `game_file`.
 */
export function knowSelfForm(trajectory: Trajectory, instruction: string): Trajectory {
  const instructed = instructionLength(trajectory.turns);
  const turns = trajectory.turns.slice(instructed);
  const before: readonly Turn[] =
    instructed > 0
      ? trajectory.turns.slice(0, instructed)
      : [
          { role: "user", content: instruction },
          { role: "assistant", content: "OK" },
        ];
  return {
    ...trajectory,
    environment: trajectory.environment === "household" ? "alfworld" : trajectory.environment,
    turns: [...before, ...conversationOf(trajectory).map(({ content }, i) => ({ ...turns[i], content }))],
  };
}
