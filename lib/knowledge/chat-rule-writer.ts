import type { ChatMessage, ChatModel, ChatOptions, Completion, ToolCall } from "../llm/index.ts";
import { callIdOf } from "../llm/index.ts";
import type { StepPair } from "../trajectory/index.ts";
import { mergeGuard } from "./merge-guard.ts";
import { actionText, before, goalOf, indented, transcript } from "./pair-text.ts";
import { BUILDER_INSTRUCTIONS, mergerInstructions, NO_CALL } from "./prompts.ts";
import { RuleBase } from "./rule-base.ts";
import { readRuleCall, ruleTools, type RuleCall, type RuleCallName } from "./rule-calls.ts";
import type { RuleWriter } from "./rule-writer.ts";

export interface ChatRuleWriterOptions {
  /** How often a model is told what was wrong with its calls and asked again, for one pair or round. Default 2. */
  readonly corrections?: number;
}

const BUILDING: readonly RuleCallName[] = ["write_rule", "update_rule", "delete_rule", "stop_generating"];
const MERGING: readonly RuleCallName[] = ["update_rule", "delete_rule", "stop_generating"];

/**
 * A chat model writes and merges rules by calling tools: temperature 0, at most 2000 tokens. What it writes is checked as
 * data; a call that is wrong is answered with the reason, and the model is asked again. Without mistakes each pair and
 * each round of merging is one request.
 */
export function chatRuleWriter(model: ChatModel, { corrections = 2 }: ChatRuleWriterOptions = {}): RuleWriter {
  const ask = (messages: readonly ChatMessage[], names: readonly RuleCallName[], draft: Draft, signal?: AbortSignal) =>
    askForCalls(
      model,
      messages,
      { temperature: 0, maxTokens: 2000, tools: ruleTools(names), ...(signal && { signal }) },
      {
        names,
        draft,
        corrections,
      },
    );
  return {
    name: model.name,
    identity: { ...model.identity, corrections },
    propose: (pair, rules, signal) =>
      ask(builderMessages(pair, rules), BUILDING, { rules, refusal: () => () => null }, signal),
    merge: (rules, limit, signal) => {
      const messages: ChatMessage[] = [
        { role: "system", content: mergerInstructions(limit) },
        { role: "user", content: `${rules.toString()}\nThere are ${rules.rules.length} rules.` },
      ];
      return ask(messages, MERGING, { rules, refusal: mergeGuard }, signal);
    },
  };
}

/** The rules that calls are tried on, and a further reason to refuse one. */
interface Draft {
  readonly rules: RuleBase;
  readonly refusal: (rules: RuleBase) => (call: RuleCall) => string | null;
}

/** The calls that a model makes, as far as they can be carried out. */
async function askForCalls(
  model: ChatModel,
  opening: readonly ChatMessage[],
  options: ChatOptions,
  { names, draft, corrections }: { names: readonly RuleCallName[]; draft: Draft; corrections: number },
): Promise<RuleCall[]> {
  const messages = [...opening];
  const rules = RuleBase.from(draft.rules.toJSON());
  const refusal = draft.refusal(rules);
  const calls: RuleCall[] = [];
  /** Tries a call on the draft; the line says what was done, `isDone` whether it was. */
  const take = (written: ToolCall): { line: string; isDone: boolean } => {
    const read = readRuleCall(written, names);
    if ("refused" in read) return { line: read.refused, isDone: false };
    const refused = refusal(read.call);
    if (refused !== null) return { line: refused, isDone: false };
    const { length } = rules.history;
    const line = rules.apply(read.call);
    const isDone = rules.history.length > length || read.call.name === "stop_generating";
    if (isDone) calls.push(read.call);
    return { line, isDone };
  };
  for (let round = 0; ; round++) {
    const answer = await model.chat(messages, options);
    const asked = answer.toolCalls.map((call, index) => ({
      ...call,
      id: call.id || callIdOf(round, index, call.name),
    }));
    const reports = asked.map((call) => ({ call, ...take(call) }));
    const isFine = reports.length > 0 && reports.every(({ isDone }) => isDone);
    if (isFine || round >= corrections) return calls;
    messages.push(echo(answer, asked));
    if (reports.length === 0) messages.push({ role: "user", content: NO_CALL });
    for (const { call, line } of reports) messages.push({ role: "tool", content: line, toolCallId: call.id });
  }
}

/** The answer as the next request repeats it. Servers refuse arguments that are no JSON object, even repeated ones. */
function echo({ text }: Completion, asked: readonly ToolCall[]): ChatMessage {
  if (asked.length === 0) return { role: "assistant", content: text };
  const toolCalls = asked.map((call) => (isObject(call.arguments) ? call : { ...call, arguments: "{}" }));
  return { role: "assistant", content: text, toolCalls };
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function builderMessages(pair: StepPair, rules: RuleBase): ChatMessage[] {
  const { golden_traj, golden_action, golden_observation, explore_action, explore_observation } = pair;
  const step = (title: string, action: string, feedback: string | undefined): string => {
    const answer = feedback === undefined ? "" : `\nThe environment's answer to it:\n${indented(feedback)}`;
    return `${title}:\n${indented(actionText(action))}${answer}`;
  };
  const parts = [
    rules.toString().trimEnd(),
    `Task ${JSON.stringify(String(pair.id))}:\n${indented(goalOf(golden_traj))}`,
    `What happened so far:\n${transcript(before(pair))}`,
    step("The right action", golden_action, golden_observation),
    step("The other action", explore_action, explore_observation),
  ];
  return [
    { role: "system", content: BUILDER_INSTRUCTIONS },
    { role: "user", content: parts.join("\n\n") },
  ];
}
