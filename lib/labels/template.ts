import { canonicalJson, sha256 } from "../base/index.ts";
import type { Source, Turn, TurnCodec } from "../trajectory/index.ts";
import { ACT, ASSISTANT, END, SYSTEM } from "./specials.ts";
import type { Tokenizer } from "./tokenizer/index.ts";

/** A stretch of the rendered conversation: one control token, or text of one source. */
export interface Segment {
  readonly text: string;
  /** The text is a control token. */
  readonly special: boolean;
  readonly source: Source;
  /** Which loss weight its tokens get: that of the source, that of context, or none at all. */
  readonly loss: "source" | "context" | "none";
}

/** What an agent turn says, in the environment's words. */
export interface AgentTurn {
  readonly thought: string | null;
  readonly action: string;
  /** Why the tokens are no well-formed turn; the action is then the best reading of them. */
  readonly malformed: string | null;
}

/** Turns without translation, for text that is already what the model reads. */
export const plainCodec: TurnCodec = {
  id: "plain",
  encodeUser: (text) => text,
  encodeThought: (thought) => thought,
  encodeAction: (action) => action,
  decodeThought: (text) => text,
  decodeAction: (text) => text,
};

export interface ChatTemplateOptions {
  readonly codec: TurnCodec;
  /** Agent turns are `thought <|act|> action`; without, the action alone. */
  readonly thoughts: boolean;
}

/**
 * The one renderer of conversations, for training and inference alike:
 *
 *     <|system|> s<|end|> task<|assistant|> thought<|act|> action<|end|> observation<|assistant|> ...
 *
 * Each content starts with one space, so that a word is the same unit wherever it stands. Control tokens exist only as
 * segments of their own; the same characters inside a content stay ordinary text.
 */
export class ChatTemplate {
  readonly id: string;
  /** SHA-256 over everything that decides the rendering; stored with trajectories and models. */
  readonly hash: string;
  /** The same template for Hugging Face's `apply_chat_template`, over `toMessages`. */
  readonly jinja: string;
  readonly #codec: TurnCodec;
  readonly #thoughts: boolean;

  constructor({ codec, thoughts }: ChatTemplateOptions) {
    this.#codec = codec;
    this.#thoughts = thoughts;
    this.id = `waymark/${codec.id}/${thoughts ? "thought-action" : "action"}`;
    this.jinja = jinjaTemplate(thoughts);
    this.hash = sha256(canonicalJson({ id: this.id, jinja: this.jinja }));
  }

  /** A whole conversation. The first user turn is the task (source `user`), the later ones are observations. */
  renderTurns(turns: readonly Turn[]): Segment[] {
    let previous: Turn["role"] | null = null;
    let asked = false;
    const segments: Segment[] = [];
    for (const turn of turns) {
      if (turn.role === "assistant") segments.push(delimiter(ASSISTANT, "none"), ...this.#renderAgent(turn));
      else {
        // Between two turns that no agent turn parts. The system turn closes itself.
        if (previous === "user") segments.push(delimiter(END, "none"));
        segments.push(...this.#renderGiven(turn, asked));
        asked ||= turn.role === "user";
      }
      previous = turn.role;
    }
    return segments;
  }

  /** A conversation up to where the agent speaks next. */
  renderPrompt(turns: readonly Turn[]): Segment[] {
    return [...this.renderTurns(turns), delimiter(ASSISTANT, "none")];
  }

  /** One observation (or task) after an agent turn, up to where the agent speaks next. */
  renderUser(text: string, source: "user" | "observation" = "observation"): Segment[] {
    return [...content(this.#codec.encodeUser(text), source, "source"), delimiter(ASSISTANT, "none")];
  }

  /**
   * Reads what the model generated after `<|assistant|>`, with or without the final `<|end|>`. Never throws: an
   * ill-formed turn still has an action, which the environment will refuse.
   */
  parseAgent(ids: readonly number[], tokenizer: Tokenizer): AgentTurn {
    const end = tokenizer.special(END);
    const act = tokenizer.special(ACT);
    const body = ids.at(-1) === end ? ids.slice(0, -1) : ids;
    const text = (part: readonly number[]): string => tokenizer.decode(part).replace(/^ /, "");
    const at = this.#thoughts ? body.lastIndexOf(act) : -1;
    const thought = at < 0 ? [] : body.slice(0, at);
    const action = body.slice(at + 1);
    const missing = this.#thoughts && at < 0 ? `no ${ACT}` : null;
    const stray = [...thought, ...action].find((id) => tokenizer.isSpecial(id));
    return {
      thought: thought.length > 0 ? this.#codec.decodeThought(text(thought)) : null,
      action: this.#codec.decodeAction(text(action)),
      malformed: stray === undefined ? missing : `${tokenizer.tokenText(stray)} inside the turn`,
    };
  }

  /** Turns as messages for `apply_chat_template` with `jinja`: contents encoded, thoughts beside them. */
  toMessages(turns: readonly Turn[]): { role: string; content: string; thought?: string }[] {
    return turns.map((turn) => {
      if (turn.role === "system") return { role: turn.role, content: turn.content };
      if (turn.role === "user") return { role: turn.role, content: this.#codec.encodeUser(turn.content) };
      const action = this.#codec.encodeAction(turn.action ?? turn.content);
      const thought = this.#thoughts && turn.thought ? { thought: this.#codec.encodeThought(turn.thought) } : {};
      return { role: turn.role, content: action, ...thought };
    });
  }

  /** An agent turn after `<|assistant|>`, up to and with `<|end|>`. */
  #renderAgent(turn: Turn): Segment[] {
    const loss = turn.loss === false ? "context" : "source";
    const thought = turn.thought ? this.#codec.encodeThought(turn.thought) : "";
    const action = this.#codec.encodeAction(turn.action ?? turn.content);
    return [
      ...(this.#thoughts ? [...content(thought, "thought", loss), delimiter(ACT, loss)] : []),
      ...content(action, "action", loss),
      delimiter(END, loss),
    ];
  }

  #renderGiven(turn: Turn, asked: boolean): Segment[] {
    if (turn.role === "system") {
      return [delimiter(SYSTEM, "none"), ...content(turn.content, "system", "source"), delimiter(END, "none")];
    }
    return content(this.#codec.encodeUser(turn.content), asked ? "observation" : "user", "source");
  }
}

/** Ids of rendered segments, in order. */
export function encodeSegments(segments: readonly Segment[], tokenizer: Tokenizer): number[] {
  return segments.flatMap(({ text, special }) => (special ? [tokenizer.special(text)] : tokenizer.encode(text)));
}

const delimiter = (text: string, loss: Segment["loss"]): Segment => ({
  text,
  special: true,
  source: "delimiter",
  loss,
});

const content = (text: string, source: Source, loss: Segment["loss"]): Segment[] =>
  text === "" ? [] : [{ text: ` ${text}`, special: false, source, loss }];

function jinjaTemplate(thoughts: boolean): string {
  const thought = thoughts ? `{% if message.thought %}{{ ' ' + message.thought }}{% endif %}{{ '${ACT}' }}` : "";
  const text = "{% if message.content %}{{ ' ' + message.content }}{% endif %}";
  return [
    "{%- for message in messages -%}",
    `{%- if message.role == 'assistant' -%}{{ '${ASSISTANT}' }}{% generation %}${thought}${text}{{ '${END}' }}{% endgeneration %}`,
    `{%- elif message.role == 'system' -%}{{ '${SYSTEM}' }}${text}{{ '${END}' }}`,
    `{%- else -%}{% if loop.previtem is defined and loop.previtem.role == 'user' %}{{ '${END}' }}{% endif %}${text}`,
    "{%- endif -%}",
    "{%- endfor -%}",
    `{%- if add_generation_prompt -%}{{ '${ASSISTANT}' }}{%- endif -%}`,
  ].join("\n");
}
