import { readSituatedText, type Turn } from "../../trajectory/index.ts";
import type { AgentTurn } from "./chat-agent.ts";
import type { Profile } from "./profile.ts";

/** Where a model goes on to make up what it would see. */
export const MADE_UP = "\nObservation:";

/** What stands behind the last `Action:` of an answer (KnowSelf's `eval_agent/envs`); null where there is none. */
export const lastAction = (answer: string): string | null =>
  [...answer.matchAll(/Action:\s?([^\n]*)/g)].at(-1)?.[1] ?? null;

/** Reads an answer of the form `Thought: …`, `Action: …`. Of several actions the last one counts, and the thought before it. */
export function readAnswer(answer: string, profile: Profile): AgentTurn {
  const content = answer.split(MADE_UP, 1)[0].trim();
  const said = lastAction(content);
  if (said === null) return { content, complaint: profile.complaint };
  const before = content.slice(0, content.lastIndexOf("Action:"));
  const thought = before
    .slice(Math.max(0, before.lastIndexOf("Thought:")))
    .replace(/\n\s*Action:[^]*$/, "")
    .match(/Thought:([^]*)/)?.[1]
    .trim();
  return { content, ...(thought ? { thought } : {}), action: profile.command(said) };
}

/**
 * Reads an answer that may be reconsidered, KnowSelf's form. Only what the model said is read: a rule that stands before
 * it cannot become its action, nor can anything after an observation that it made up.
 */
export function readReconsidered(answer: string, profile: Profile): AgentTurn & { situation: Turn["situation"] } {
  const content = answer.split(MADE_UP, 1)[0].trimEnd();
  const { thought, action, reconsidered } = readSituatedText(content);
  const situation = reconsidered ? "slow" : "fast";
  if (action === undefined) return { content, situation, complaint: profile.complaint };
  return {
    content,
    ...(thought ? { thought } : {}),
    action: profile.command(action),
    situation,
    ...(reconsidered && { reconsidered: { ...reconsidered, action: profile.command(reconsidered.action) } }),
  };
}
