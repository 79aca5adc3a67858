import type { ChatMessage } from "../../llm/index.ts";
import { readSituatedText } from "../../trajectory/index.ts";

/** The beginning of an agent's turn. */
export interface OpenTurn {
  /** A rule that it is given. */
  readonly knowledge?: string;
  /** Its thought is what comes next. */
  readonly isThought: boolean;
}

/** The beginning that a message of the agent is: knowledge, `Thought:`, or both; null where it says more, or nothing. */
export function openTurn(message: ChatMessage | undefined): OpenTurn | null {
  if (message?.role !== "assistant" || (message.toolCalls?.length ?? 0) > 0) return null;
  const { knowledge } = readSituatedText(message.content);
  const said = message.content.slice(knowledge === undefined ? 0 : message.content.indexOf(END) + END.length).trim();
  if (said === "Thought:") return { isThought: true, ...(knowledge !== undefined && { knowledge }) };
  return said === "" && knowledge !== undefined ? { isThought: false, knowledge } : null;
}

const END = "</knowledge>";
