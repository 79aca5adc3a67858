import { z } from "zod";
import { UserError } from "../../base/index.ts";
import type { Trajectory, Turn } from "../trajectory.ts";
import { turnOf } from "./agent-text.ts";
import { extraOf, unknownFields, type JsonRecord } from "./format.ts";

/** OpenAI's messages. `content` may be null beside `tool_calls`. */
export const messagesSchema = z.array(z.looseObject({ role: z.string().min(1), content: z.string().nullable() }));
export type Message = z.infer<typeof messagesSchema>[number];

const ROLES = ["system", "user", "assistant"] as const;

/** Messages as turns; a role of another name (`tool`, `developer`) is kept beside the turn, which is then the user's. */
export function turnsOfMessages(messages: readonly Message[]): Turn[] {
  return messages.map(({ role, content, ...rest }) => {
    const own = ROLES.find((name) => name === role);
    const unknown: JsonRecord = { ...rest, ...(own ? {} : { role }), ...(content === null ? { content } : {}) };
    return { ...turnOf(own ?? "user", content ?? ""), ...extraOf(unknown) };
  });
}

/** Turns as messages; unknown fields come back. */
export function messagesOfTurns(turns: readonly Turn[]): Message[] {
  return turns.map(({ role, content, extra }) => {
    const foreign = typeof extra?.role === "string" ? extra.role : role;
    const text = extra?.content === null && content === "" ? null : content;
    return { role: foreign, content: text, ...unknownFields(extra, ["role", "content"]) };
  });
}

/**
 * Turns in the shape that instruction formats demand: perhaps a system turn, then user and agent in turn, the agent last.
 * What the user says after the agent's last turn is left out. Throws `UserError` where the turns are ordered otherwise.
 */
export function alternating(trajectory: Trajectory, format: string): { system: Turn | null; turns: readonly Turn[] } {
  const [first] = trajectory.turns;
  const system = first?.role === "system" ? first : null;
  const turns = trajectory.turns.slice(system ? 1 : 0);
  if (turns.at(-1)?.role === "user") turns.pop();
  turns.forEach(({ role }, i) => {
    const expected = i % 2 === 0 ? "user" : "assistant";
    if (role !== expected)
      throw new UserError(
        `trajectory ${trajectory.id}: turn ${i + (system ? 1 : 0)} is the ${role}'s, but ${format} wants user and ` +
          `assistant in turn; the format trl takes turns in any order`,
      );
  });
  if (turns.length % 2 === 1 || turns.length === 0)
    throw new UserError(`trajectory ${trajectory.id} does not end with an agent turn, which ${format} needs`);
  return { system, turns };
}
