import type { ChatDelta, ChatMessage, ChatModel, ChatOptions, Completion, ToolCall } from "./chat-model.ts";
import { completionOf } from "./chat-model.ts";
import { deltasOf } from "./cache.ts";

/** What a script says to a conversation: text, or a call of a tool. */
export type ScriptedAnswer = string | { readonly toolCalls: readonly ToolCall[] };

export type Script = (
  messages: readonly ChatMessage[],
  options: ChatOptions,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

/**
 * A program in the place of a model: rules, an expert policy, fixed answers. Its name begins with `scripted`, so that
 * results never take it for a language model.
 * @param name what it does, such as `teacher`
 */
export function scriptedModel(name: string, script: Script): ChatModel {
  const full = /^scripted\b/.test(name) ? name : `scripted ${name}`;
  const chat = async (messages: readonly ChatMessage[], options: ChatOptions = {}): Promise<Completion> => {
    const said = await Promise.all(Array.from({ length: options.n ?? 1 }, async () => script(messages, options)));
    const answers = said.map((answer) =>
      typeof answer === "string"
        ? { text: untilStop(answer, options.stop), toolCalls: [], end: "stop" as const }
        : { text: "", toolCalls: answer.toolCalls, end: "tool_calls" as const },
    );
    return completionOf(full, answers, { promptTokens: 0, completionTokens: 0 });
  };
  return {
    name: full,
    identity: { kind: "scripted" },
    chat,
    async *stream(messages, options): AsyncGenerator<ChatDelta, Completion, undefined> {
      const completion = await chat(messages, options);
      yield* deltasOf(completion);
      return completion;
    },
  };
}

/** Says these answers one after the other, and then the last one again. */
export function scriptedAnswers(name: string, answers: readonly ScriptedAnswer[]): ChatModel {
  let next = 0;
  return scriptedModel(name, () => answers[Math.min(next++, answers.length - 1)]);
}

function untilStop(text: string, stop: readonly string[] = []): string {
  const ends = stop.map((string) => text.indexOf(string)).filter((at) => at >= 0);
  return ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
}
