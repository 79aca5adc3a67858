import { ChatTemplate, encodeSegments, type Tokenizer } from "../../labels/index.ts";
import { describeTools, toolCallText, type ChatMessage, type ChatOptions } from "../../llm/index.ts";
import type { Turn, TurnCodec } from "../../trajectory/index.ts";
import { TokenText, type TextReader } from "../token-text.ts";
import { AgentReader, partReader } from "./agent-reader.ts";

export interface ChatFormatOptions {
  readonly tokenizer: Tokenizer;
  readonly codec: TurnCodec;
  /** Agent turns are a thought and an action. */
  readonly thoughts: boolean;
}

/**
 * Messages to token ids and token ids to text, by the template that the model was trained with. Messages are in the
 * environment's own words; agent turns with thoughts are `Thought: ...` and `Action: ...` in two lines, as in trajectories.
 */
export class ChatFormat {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
  readonly #codec: TurnCodec;
  readonly #thoughts: boolean;

  constructor({ tokenizer, codec, thoughts }: ChatFormatOptions) {
    this.template = new ChatTemplate({ codec, thoughts });
    this.tokenizer = tokenizer;
    this.#codec = codec;
    this.#thoughts = thoughts;
  }

  /** Ids of the conversation, up to where the model speaks. Tools are told in a system message. */
  prompt(messages: readonly ChatMessage[], options: ChatOptions = {}): number[] {
    const tools = describeTools(options);
    const given = tools === "" ? messages : withSystem(messages, tools);
    return encodeSegments(this.template.renderPrompt(given.map(turnOf)), this.tokenizer);
  }

  /** Reads an agent turn. */
  reader(): TextReader {
    if (this.#thoughts) return new AgentReader(this.tokenizer, this.#codec);
    return partReader(this.tokenizer, this.#codec, this.#codec.decodeAction);
  }

  /** Reads text as it stands, control tokens too. */
  plainReader(): TextReader {
    return new TokenText((ids) => this.tokenizer.decode(ids));
  }
}

function withSystem(messages: readonly ChatMessage[], text: string): ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: text }, ...messages];
  return [{ role: "system", content: `${first.content}\n\n${text}` }, ...rest];
}

function turnOf(message: ChatMessage): Turn {
  const { content } = message;
  if (message.role === "system") return { role: "system", content };
  if (message.role !== "assistant") return { role: "user", content };
  const calls = (message.toolCalls ?? []).map(toolCallText).join("\n");
  if (calls !== "") return { role: "assistant", content, action: calls, ...(content !== "" && { thought: content }) };
  const [, thought, action] = /^(?:Thought: ([^]*?)\n)?Action: ([^]*)$/.exec(content) ?? [];
  if (action === undefined) return { role: "assistant", content, action: content };
  return { role: "assistant", content, action, ...(thought && { thought }) };
}
