import type { ChatMessage, ChatModel, ChatOptions } from "../llm/index.ts";
import type { Turn } from "../trajectory/index.ts";
import { ruleOfAnswer } from "./chosen-rule.ts";
import { indented, transcript, withoutInstruction } from "./pair-text.ts";
import { selectorInstructions } from "./prompts.ts";
import { oneLine } from "./rule.ts";
import type { AskingSituation, SelectRule } from "./select-rule.ts";

export interface ChatSelectorOptions {
  readonly domain: "household" | "shop";
  readonly signal?: AbortSignal;
}

/**
 * A chat model chooses the rule: one call, temperature 0, at most 1024 tokens. In the shop all observations but the last
 * are left blank. Errors that pass are tried again by the model's own `withRetry`, whose default is the published five
 * retries. Without rules nobody is asked.
 */
export function chatSelector(model: ChatModel, { domain, signal }: ChatSelectorOptions): SelectRule {
  const options: ChatOptions = { temperature: 0, maxTokens: 1024, ...(signal && { signal }) };
  return async (situation) => {
    if (situation.rules.length === 0) return null;
    const { text } = await model.chat(selectorMessages(situation, domain), options);
    return ruleOfAnswer(text, situation.rules);
  };
}

/** What the selector is asked. With `correct` and `wrong` it explains a mistake; without, it advises on what to do next. */
export function selectorMessages(situation: AskingSituation, domain: ChatSelectorOptions["domain"]): ChatMessage[] {
  const { goal, turns, rules, correct, wrong } = situation;
  const shown = domain === "shop" ? blanked(turns) : turns;
  const isExplained = correct !== undefined && wrong !== undefined;
  const parts = [
    `Task:\n${indented(goal)}`,
    `What happened so far:\n${transcript(withoutInstruction(shown))}`,
    ...(isExplained
      ? [`The right action now:\n${indented(correct)}`, `The wrong action that was tried:\n${indented(wrong)}`]
      : []),
    `Rules:\n${rules.map(({ id, rule }) => `${id}: ${oneLine(rule)}`).join("\n")}`,
  ];
  return [
    { role: "system", content: selectorInstructions(domain, isExplained) },
    { role: "user", content: parts.join("\n\n") },
  ];
}

/** All observations but the last without their text: pages of the shop are long. */
function blanked(turns: readonly Turn[]): Turn[] {
  const last = turns.map(({ role }) => role).lastIndexOf("user");
  return turns.map((turn, i) => (turn.role === "user" && i !== last ? { ...turn, content: "Observation: ..." } : turn));
}
