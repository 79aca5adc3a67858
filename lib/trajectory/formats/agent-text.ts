import type { Turn } from "../trajectory.ts";

/** Thought and action of an agent's message, as far as it names them; both may be absent. */
export type AgentParts = Pick<Turn, "thought" | "action">;

const THOUGHT_ACTION = /^\s*(?:thought|think):\s*(.*?)\s*\n\s*(?:action|act):\s*(.*?)\s*$/is;
const ACTION = /^\s*(?:action|act):\s*(.*?)\s*$/is;

/**
 * Reads the ReAct forms of the published data: `Thought: …` and `Action: …`, also as `THOUGHT`/`ACTION` (ALFWorld of
 * AgentInstruct) and `Think`/`Act` (its operating system). The action is all that follows, code blocks too.
 */
export function agentParts(content: string): AgentParts {
  const both = THOUGHT_ACTION.exec(content);
  if (both) return { thought: both[1], action: both[2] };
  const action = ACTION.exec(content)?.[1];
  return action === undefined ? {} : { action };
}

/** A turn of a role, the agent's with thought and action. */
export const turnOf = (role: Turn["role"], content: string): Turn =>
  role === "assistant" ? { role, content, ...agentParts(content) } : { role, content };
