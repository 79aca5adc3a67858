import { spellApart } from "../trajectory/index.ts";
import { describeTools, toolCallText } from "./tool-calls.ts";
import type { ChatMessage, ChatOptions } from "./chat-model.ts";

/** Messages as one text, for servers that continue text and know no messages. */
export interface PromptFormat {
  /** Part of cache keys. */
  readonly id: string;
  render(messages: readonly ChatMessage[], options: ChatOptions): string;
  /** Strings that end an answer in this format. */
  readonly stop: readonly string[];
}

/** What a message says; the format's own marks in it are spelled apart. */
function contentOf(message: ChatMessage, marks: readonly string[] = []): string {
  const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
  const parts = [message.content, ...calls.map(toolCallText)];
  return spellApart(calls.length > 0 ? parts.filter((part) => part !== "").join("\n") : message.content, marks);
}

function withTools(messages: readonly ChatMessage[], options: ChatOptions): ChatMessage[] {
  const tools = describeTools(options);
  if (tools === "") return [...messages];
  const [first, ...rest] = messages;
  if (first?.role === "system") return [{ role: "system", content: `${first.content}\n\n${tools}` }, ...rest];
  return [{ role: "system", content: tools }, ...messages];
}

const CHAT_ML = ["<|im_start|>", "<|im_end|>"];

/** ChatML, as Qwen and others are trained with. */
export const chatMlFormat: PromptFormat = {
  id: "chatml",
  stop: ["<|im_end|>"],
  render: (messages, options) =>
    withTools(messages, options)
      .map((message) => `<|im_start|>${message.role}\n${contentOf(message, CHAT_ML)}<|im_end|>\n`)
      .join("") + "<|im_start|>assistant\n",
};

const LLAMA_2 = ["<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"];

/**
 * Llama 2's: `[INST] <<SYS>> ... <</SYS>> user [/INST] answer </s><s>[INST] ...`. The server puts the first `<s>`.
 * Source: Meta's `llama` repository, `llama/generation.py`.
 */
export const llama2Format: PromptFormat = {
  id: "llama-2",
  stop: ["</s>"],
  render: (messages, options) => {
    const given = withTools(messages, options);
    const say = (message: ChatMessage): string => contentOf(message, LLAMA_2);
    const system = given[0]?.role === "system" ? `<<SYS>>\n${say(given[0])}\n<</SYS>>\n\n` : "";
    let text = "";
    let open = false;
    for (const message of system === "" ? given : given.slice(1)) {
      if (message.role === "assistant") {
        text += ` ${say(message)} </s>`;
        open = false;
      } else if (open) text = text.replace(/ \[\/INST\]$/, () => `\n${say(message)} [/INST]`);
      else {
        text += `${text === "" ? "" : "<s>"}[INST] ${text === "" ? system : ""}${say(message)} [/INST]`;
        open = true;
      }
    }
    return text;
  },
};

/** The messages' contents one below the other, for base models and prompts that are complete in themselves. */
export const plainFormat: PromptFormat = {
  id: "plain",
  stop: [],
  render: (messages, options) =>
    withTools(messages, options)
      .map((message) => contentOf(message))
      .join("\n"),
};
