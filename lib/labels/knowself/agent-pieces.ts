import {
  KNOWLEDGE,
  KNOWLEDGE_END,
  KNOWLEDGE_START,
  readSituatedText,
  REFLECTION,
  REFLECTION_END,
  REFLECTION_START,
  type Source,
} from "../../trajectory/index.ts";
import type { TemplateTurn } from "./templates.ts";

/** A stretch of a rendered conversation: one control token, or text. */
export interface Piece {
  readonly text: string;
  readonly special: boolean;
  readonly source: Source;
  /** The agent's own: it is to learn this. */
  readonly own: boolean;
}

/**
 * What an agent's message says in pieces. The situation tokens are control tokens only where KnowSelf's form has them;
 * the same characters elsewhere, in a rule or a thought, are text. Fields of the turn say how long a rule or reflection
 * is where its text alone would not.
 */
export function agentPieces(turn: TemplateTurn): Piece[] {
  const own = turn.loss !== false;
  const given = own && !turn.prompted;
  const { prefix, rest } = knowledgePieces(turn, given);
  const at = reflectionOf(turn, rest);
  if (!at) return [...prefix, ...saidPieces(rest, own)];
  const { start, end } = at;
  const marks = REFLECTION.length + REFLECTION_START.length;
  return [
    ...prefix,
    ...saidPieces(rest.slice(0, start), given),
    token(REFLECTION, given),
    token(REFLECTION_START, given),
    ...words(rest.slice(start + marks, end), "reflection", own),
    token(REFLECTION_END, own),
    ...saidPieces(rest.slice(end + REFLECTION_END.length), own),
  ];
}

const token = (text: string, own: boolean): Piece => ({ text, special: true, source: "delimiter", own });

const words = (text: string, source: Source, own: boolean): Piece[] =>
  text === "" ? [] : [{ text, special: false, source, own }];

function knowledgePieces(turn: TemplateTurn, own: boolean): { prefix: Piece[]; rest: string } {
  const { content } = turn;
  const begun = (rule: string): string => `${KNOWLEDGE}${KNOWLEDGE_START}${rule}${KNOWLEDGE_END}`;
  const rules = [turn.knowledge, readSituatedText(content).knowledge];
  const rule = rules.find((each) => each !== undefined && content.startsWith(begun(each)));
  if (rule === undefined) return { prefix: [], rest: content };
  const prefix = [
    token(KNOWLEDGE, own),
    token(KNOWLEDGE_START, own),
    ...words(rule, "knowledge", own),
    token(KNOWLEDGE_END, own),
  ];
  return { prefix, rest: content.slice(begun(rule).length) };
}

/** Where a reflection's `[Reflection]` and `</reflection>` stand. */
function reflectionOf({ reconsidered }: TemplateTurn, said: string): { start: number; end: number } | null {
  const mark = `\n${REFLECTION}${REFLECTION_START}`;
  const close = `${REFLECTION_END}\nAction: `;
  if (reconsidered) {
    // The last `</reflection>` before the corrected action is the one of the form, whatever the thought says.
    const end = said.lastIndexOf(close);
    const start = said.lastIndexOf(mark, said.lastIndexOf(reconsidered.reflection, end));
    if (end >= 0 && start >= 0) return { start: start + 1, end };
  }
  const start = said.indexOf(mark);
  const end = said.indexOf(REFLECTION_END, start);
  return start < 0 || end < 0 || !said.slice(0, start).includes("Action:") ? null : { start: start + 1, end };
}

/** `Thought: …\nAction: …` as one text, which it is to a tokenizer, though of two sources: see `sourceBoundary`. */
function saidPieces(text: string, own: boolean): Piece[] {
  return words(text, sourceBoundary(text) > 0 ? "thought" : "action", own);
}

/** Where in an agent's text the action begins, which ends the thought. */
export function sourceBoundary(text: string): number {
  const at = text.lastIndexOf("Action:");
  return at > 0 && text.slice(0, at).trim() !== "" ? at : 0;
}
