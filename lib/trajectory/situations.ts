import { agentParts } from "./formats/agent-text.ts";
import type { Turn } from "./trajectory.ts";

/**
 * KnowSelf's six added tokens, in the order of their ids (`train/train_stage1.py`). The bracketed ones say in which
 * situation the agent sees itself, the others delimit what follows from it. There is none for acting at once.
 */
export const SITUATION_TOKENS = [
  "[Knowledge]",
  "<knowledge>",
  "</knowledge>",
  "[Reflection]",
  "<reflection>",
  "</reflection>",
] as const;

export const [KNOWLEDGE, KNOWLEDGE_START, KNOWLEDGE_END, REFLECTION, REFLECTION_START, REFLECTION_END] =
  SITUATION_TOKENS;

/** The words that open a reflection in the published data. */
export const RECONSIDERING = "Wait, let's check the action.";

/** What an agent's message says, as far as it can be read. */
export type AgentReading = Pick<Turn, "thought" | "action" | "situation" | "knowledge" | "reconsidered">;

/** `[Knowledge]<knowledge>…</knowledge>` and the end of its line: what stands before a knowledgeable turn. */
export const knowledgePrefix = (knowledge: string): string =>
  `${KNOWLEDGE}${KNOWLEDGE_START}${knowledge}${KNOWLEDGE_END}\n`;

/** `Thought: …` and `Action: …`, or the action alone. */
export const agentText = (thought: string | undefined, action: string): string =>
  thought ? `Thought: ${thought}\nAction: ${action}` : `Action: ${action}`;

/**
 * The message of a turn in KnowSelf's form (paper, table 1): knowledge before it, or after the first action a reflection
 * and the corrected action.
 */
export function situatedText({ thought, action, knowledge, reconsidered }: AgentReading & { action: string }): string {
  const prefix = knowledge === undefined ? "" : knowledgePrefix(knowledge);
  if (!reconsidered) return prefix + agentText(thought, action);
  const { action: first, reflection } = reconsidered;
  const why = [RECONSIDERING, reflection].filter(Boolean).join(" ");
  return (
    `${prefix}${agentText(thought, first)}\n` +
    `${REFLECTION}${REFLECTION_START}${why}${REFLECTION_END}\nAction: ${action}`
  );
}

/**
 * Reads a message in that form. The tokens count only where the form has them: knowledge as the first thing, a reflection
 * after a first action; elsewhere they are text. The last action is the one that is carried out.
 */
export function readSituatedText(content: string): AgentReading {
  const [prefix = "", knowledge] = KNOWLEDGE_PREFIX.exec(content) ?? [];
  const said = content.slice(prefix.length);
  const at = said.indexOf(REFLECTION_MARK);
  const first = agentParts(at < 0 ? said : said.slice(0, at));
  const action = [...said.matchAll(/Action:\s?([^\n]*)/g)].at(-1)?.[1];
  if (at < 0 || first.action === undefined) {
    const found = action === undefined ? {} : { action };
    return { ...first, ...found, ...(knowledge === undefined ? {} : { knowledge, situation: "knowledgeable" }) };
  }
  const [, reflection = ""] = REFLECTION_TEXT.exec(said.slice(at)) ?? [];
  return {
    ...first,
    ...(action === undefined ? {} : { action }),
    ...(knowledge === undefined ? {} : { knowledge }),
    situation: knowledge === undefined ? "slow" : "knowledgeable",
    reconsidered: { action: first.action, reflection },
  };
}

const REFLECTION_MARK = `\n${REFLECTION}${REFLECTION_START}`;
const KNOWLEDGE_PREFIX = /^\[Knowledge\]<knowledge>(.*?)<\/knowledge>\n?/s;
const REFLECTION_TEXT = /<reflection>(?:Wait, let's check the action\.)?\s*(.*?)<\/reflection>/s;

/**
 * The same text with a space inside each of these tokens, so that nobody takes it for the token: what a model should read
 * as text, a server may tokenise as a token of its own.
 */
export function spellApart(text: string, tokens: readonly string[] = SITUATION_TOKENS): string {
  return tokens.reduce((given, token) => given.replaceAll(token, `${token[0]} ${token.slice(1)}`), text);
}
