import type { ChatMessage, PromptFormat } from "../../llm/index.ts";
import { spellApart } from "../../trajectory/index.ts";

/** The model families of KnowSelf's `--model_type`. */
export type KnowSelfModelType = "llama3" | "gemma" | "qwen";

interface Marks {
  header(role: string): string;
  readonly end: string;
  /** After the end of a message. */
  readonly between: string;
  /** Said before the conversation where it has no system message of its own. */
  readonly system?: string;
  readonly stop: readonly string[];
}

const MARKS: Readonly<Record<KnowSelfModelType, Marks>> = {
  llama3: {
    header: (role) => `<|start_header_id|>${role}<|end_header_id|>\n\n`,
    end: "<|eot_id|>",
    between: "",
    stop: ["<|eot_id|>", "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"],
  },
  gemma: {
    header: (role) => `<start_of_turn>${role === "assistant" ? "model" : role}\n`,
    end: "<end_of_turn>",
    between: "\n",
    stop: ["<end_of_turn>", "<start_of_turn>", "<bos>", "<eos>"],
  },
  qwen: {
    header: (role) => `<|im_start|>${role}\n`,
    end: "<|im_end|>",
    between: "\n",
    system: "You are a helpful assistant.",
    stop: ["<|im_end|>", "<|im_start|>", "<|endoftext|>"],
  },
};

/**
 * The prompts of KnowSelf's trained models as text (`util/templator.py`), for servers that continue text. A last message
 * of the assistant stays open: the model goes on from it. A family's own tokens in a message are spelled apart; the first
 * of `stop` ends an answer. KnowSelf's code ends the prompts of Gemma and Qwen with two line breaks too many, which its
 * training texts do not have; here they are as in training. The server puts the beginning-of-text token.
 */
export function knowSelfPromptFormat(modelType: KnowSelfModelType): PromptFormat {
  const { header, end, between, system, stop } = MARKS[modelType];
  const opened = ({ role, content }: ChatMessage): string => header(role) + spellApart(content, stop);
  return {
    id: `knowself-${modelType}`,
    stop: [end],
    render: (messages) => {
      const given: readonly ChatMessage[] =
        system === undefined || messages[0]?.role === "system"
          ? messages
          : [{ role: "system", content: system }, ...messages];
      const last = given.at(-1);
      const isOpen = last?.role === "assistant";
      const closed = isOpen ? given.slice(0, -1) : given;
      const text = closed.map((message) => opened(message) + end + between).join("");
      return text + (isOpen ? opened(last) : header("assistant"));
    },
  };
}
