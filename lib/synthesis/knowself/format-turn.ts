import {
  KNOWLEDGE,
  knowledgePrefix,
  readSituatedText,
  RECONSIDERING,
  REFLECTION,
  REFLECTION_END,
  REFLECTION_START,
  type Turn,
} from "../../trajectory/index.ts";
import { UserError } from "../../base/index.ts";
import type { Message } from "./conversation.ts";

/** The rule's own words: of "rule_3 (type=Error): When …" what begins with "When". */
export function ruleText(rule: string): string {
  const when = rule.split(": When")[1];
  return when === undefined ? rule : `When${when}`;
}

/** An agent's turn with knowledge before it. A turn that has some already stays as it is. */
export function withKnowledge(turn: Turn, knowledge: string): Turn {
  if (turn.content.startsWith(KNOWLEDGE)) return turn;
  return { ...turn, content: knowledgePrefix(knowledge) + turn.content, knowledge, situation: "knowledgeable" };
}

/** Thought and action of a model's second thoughts. Throws `UserError` where there is no action. */
export function readReflection(text: string): { thought: string; action: string } {
  const [before, action] = text.split("Action:");
  if (action === undefined)
    throw new UserError(`a reflection without "Action:": ${JSON.stringify(text.slice(0, 200))}`);
  return { thought: (before.split("Thought:")[1] ?? before).trim(), action: action.trim() };
}

/**
 * What the agent said first, and after it the reflection that led to the corrected action; takes the place of the gold
 * turn. Empty lines go.
 * @param explored the agent's turn
 * @param reflection the model's text when told to think again
 */
export function reflectiveText(explored: string, reflection: string): string {
  const { thought, action } = readReflection(reflection);
  const again = `${REFLECTION}${REFLECTION_START}${RECONSIDERING} ${thought}${REFLECTION_END}\nAction: ${action}`;
  return `${explored}\n${again}`.replaceAll("\n\n", "\n");
}

/** `turn` as one in which the agent reconsiders `explored`. */
export function withReflection(turn: Turn, explored: string, reflection: string): Turn {
  const content = reflectiveText(explored, reflection);
  const first = readSituatedText(explored.replaceAll("\n\n", "\n"));
  const { thought: why, action } = readReflection(reflection);
  const { thought: _, ...rest } = turn;
  return {
    ...rest,
    content,
    ...(first.thought === undefined ? {} : { thought: first.thought }),
    action: action.split("\n", 1)[0].trim(),
    situation: "slow",
    reconsidered: { action: first.action ?? "", reflection: why.replaceAll("\n\n", "\n") },
  };
}

/** Gold messages with knowledge before the agent's message at index `at` (`format_knowledgeable_traj`). */
export function formatKnowledgeable(messages: readonly Message[], at: number, rule: string): Message[] {
  return replaced(messages, at, withKnowledge(messages[at], rule).content);
}

/**
 * Gold messages with the agent's own turn and its reflection in the place of the last message's of `explored`
 * (`format_reflect_traj`). The messages before it are the gold ones.
 */
export function formatReflect(
  explored: readonly Message[],
  messages: readonly Message[],
  reflection: string,
): Message[] {
  const at = explored.length - 1;
  return replaced(messages, at, reflectiveText(explored[at].content, reflection));
}

const replaced = (messages: readonly Message[], at: number, content: string): Message[] =>
  messages.map((message, i) => (i === at ? { ...message, content } : message));
