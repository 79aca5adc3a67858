import { readIntro } from "../environments/index.ts";
import type { StepPair } from "../trajectory/index.ts";

/** How the messages of a pair read as text. */
export type Message = StepPair["golden_traj"][number];

/** The conversation without the instruction and the "OK" that published data begin with. */
export function withoutInstruction(messages: readonly Message[]): readonly Message[] {
  const [first, second] = messages;
  return first?.role === "user" && second?.role === "assistant" && second.content.trim() === "OK"
    ? messages.slice(2)
    : messages;
}

/** The messages before the step at which the two agents part. */
export function before({ golden_traj }: StepPair): readonly Message[] {
  const messages = withoutInstruction(golden_traj);
  return messages.slice(0, messages.map(({ role }) => role).lastIndexOf("assistant"));
}

/** The command of an action field, with or without thought and "Action:". */
export const actionText = (text: string): string =>
  (/Action:\s*([^\n]*)(?![\s\S]*Action:)/.exec(text)?.[1] ?? text).trim();

/** What the conversation is for: ALFWorld's task sentence, or WebShop's instruction; else the whole first message. */
export function goalOf(messages: readonly Message[]): string {
  const [first] = withoutInstruction(messages);
  const text = first?.content ?? "";
  const shop = /Instruction:\s*(?:\[SEP\])?\s*(.*?)\s*(?:\[SEP\]|$)/.exec(text);
  return readIntro(text)?.task ?? (shop && shop[1] !== "" ? shop[1] : text.trim());
}

/**
 * Messages as text for a prompt. Only the names of the speakers begin a line, so that nothing said inside a message can
 * look like another message.
 */
export function transcript(messages: readonly { readonly role: string; readonly content: string }[]): string {
  return messages
    .map(({ role, content }) => `${role === "assistant" ? "Agent" : "Environment"}:\n${indented(content)}`)
    .join("\n");
}

export const indented = (text: string): string => text.replace(/^/gm, "  ");
