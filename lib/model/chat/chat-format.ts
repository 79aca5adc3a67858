import { ChatTemplate, encodeSegments, type Tokenizer } from "../../labels/index.ts";
import { describeTools, toolCallText, type ChatMessage, type ChatOptions } from "../../llm/index.ts";
import { KNOWLEDGE, readSituatedText, SITUATION_TOKENS, type Turn, type TurnCodec } from "../../trajectory/index.ts";
import { withoutToken, type Constraint } from "../constraint.ts";
import { TokenText, type TextReader } from "../token-text.ts";
import { AgentReader, partReader } from "./agent-reader.ts";
import { openTurn, type OpenTurn } from "./open-turn.ts";
import { SituatedReader } from "./situated-reader.ts";

export interface ChatFormatOptions {
  readonly tokenizer: Tokenizer;
  readonly codec: TurnCodec;
  /** Agent turns are a thought and an action. */
  readonly thoughts: boolean;
  /** The model knows KnowSelf's situations; its tokenizer has the six tokens. Default false. */
  readonly situations?: boolean;
}

/** What a model is asked, and how its answer is to be read. */
export interface Question {
  readonly ids: readonly number[];
  /** A new one for each answer. */
  readonly reader: () => TextReader;
  /** What must not be said. */
  readonly constraint?: () => Constraint;
}

/**
 * Messages to token ids and token ids to text, by the template that the model was trained with. Messages are in the
 * environment's own words; agent turns with thoughts are `Thought: ...` and `Action: ...` in two lines, as in trajectories.
 *
 * With situations, agent turns may be in KnowSelf's form (`situatedText`). A last message of the agent that is only the
 * beginning of a turn (knowledge, or `Thought:`, or both) stays open: the model goes on from it, and its answer is what
 * follows. After `Thought:` it cannot ask for knowledge.
 */
export class ChatFormat {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
  readonly #codec: TurnCodec;
  readonly #thoughts: boolean;
  readonly #situations: boolean;

  constructor({ tokenizer, codec, thoughts, situations = false }: ChatFormatOptions) {
    this.template = new ChatTemplate({ codec, thoughts, situations });
    this.tokenizer = tokenizer;
    this.#codec = codec;
    this.#thoughts = thoughts;
    this.#situations = situations;
    if (situations) SITUATION_TOKENS.forEach((token) => tokenizer.special(token));
  }

  /** A conversation, up to where the model speaks. Tools are told in a system message. */
  question(messages: readonly ChatMessage[], options: ChatOptions = {}): Question {
    const tools = describeTools(options);
    const given = tools === "" ? messages : withSystem(messages, tools);
    const open = this.open(given);
    const closed = (open ? given.slice(0, -1) : given).map((message) => this.#turnOf(message));
    const knowledge = open?.knowledge === undefined ? [] : this.template.renderKnowledge(open.knowledge);
    return {
      ids: encodeSegments([...this.template.renderPrompt(closed), ...knowledge], this.tokenizer),
      reader: () => this.#reader(open),
      ...(open?.isThought && {
        constraint: () => withoutToken(this.tokenizer.special(KNOWLEDGE), this.tokenizer.size),
      }),
    };
  }

  /** Ids of a conversation, up to where the model speaks. */
  prompt(messages: readonly ChatMessage[], options?: ChatOptions): readonly number[] {
    return this.question(messages, options).ids;
  }

  /** The beginning of a turn that the last message is; null where the model speaks anew. */
  open(messages: readonly ChatMessage[]): OpenTurn | null {
    return this.#situations ? openTurn(messages.at(-1)) : null;
  }

  /** Reads text as it stands, control tokens too. */
  plainReader(): TextReader {
    return new TokenText((ids) => this.tokenizer.decode(ids));
  }

  #reader(open: OpenTurn | null): TextReader {
    if (this.#situations) {
      const opening = open === null ? "nothing" : open.isThought ? "thought" : "knowledge";
      return new SituatedReader(this.template, this.tokenizer, opening);
    }
    if (this.#thoughts) return new AgentReader(this.tokenizer, this.#codec);
    return partReader(this.tokenizer, this.#codec, this.#codec.decodeAction);
  }

  #turnOf(message: ChatMessage): Turn {
    const { content } = message;
    if (message.role === "system") return { role: "system", content };
    if (message.role !== "assistant") return { role: "user", content };
    const calls = (message.toolCalls ?? []).map(toolCallText).join("\n");
    if (calls !== "") return { role: "assistant", content, action: calls, ...(content !== "" && { thought: content }) };
    return { role: "assistant", content, ...(this.#situations ? situatedParts(content) : plainParts(content)) };
  }
}

function withSystem(messages: readonly ChatMessage[], text: string): ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: text }, ...messages];
  return [{ role: "system", content: `${first.content}\n\n${text}` }, ...rest];
}

type Parts = Pick<Turn, "thought" | "action" | "knowledge" | "reconsidered">;

function plainParts(content: string): Parts {
  const [, thought, action] = /^(?:Thought: ([^]*?)\n)?Action: ([^]*)$/.exec(content) ?? [];
  if (action === undefined) return { action: content };
  return { action, ...(thought && { thought }) };
}

/** An agent that is told a rule and says nothing has an empty action, as in the student's own episodes. */
function situatedParts(content: string): Parts {
  const { thought, action, knowledge, reconsidered } = readSituatedText(content);
  if (knowledge === undefined && reconsidered === undefined) return plainParts(content);
  return { thought, action: action ?? "", knowledge, reconsidered };
}
