import { canonicalJson, sha256 } from "../base/index.ts";
import {
  KNOWLEDGE,
  KNOWLEDGE_END,
  KNOWLEDGE_START,
  REFLECTION,
  REFLECTION_END,
  REFLECTION_START,
  type Source,
  type Turn,
  type TurnCodec,
} from "../trajectory/index.ts";
import { bareJinja, guardedJinja } from "./jinja-template.ts";
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
  /** What it meant to do before it thought again. */
  readonly reconsidered?: Turn["reconsidered"];
  /** Why the tokens are no well-formed turn; the action is then the best reading of them. */
  readonly malformed: string | null;
}

/** Turns without translation, for text that is already what the model reads. */
export const plainCodec: TurnCodec = {
  id: "plain",
  encodeUser: (text) => text,
  encodeThought: (thought) => thought,
  encodeAction: (action) => action,
  encodeKnowledge: (rule) => rule,
  decodeThought: (text) => text,
  decodeAction: (text) => text,
};

/** A message as the Jinja template takes it. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
  readonly thought?: string;
  readonly knowledge?: string;
  /** The action before the agent thought again; `content` is the one after. */
  readonly first?: string;
  readonly reflection?: string;
}

export interface ChatTemplateOptions {
  readonly codec: TurnCodec;
  /** Agent turns are `thought <|act|> action`; without, the action alone. */
  readonly thoughts: boolean;
  /** The tokenizer has KnowSelf's six tokens, and agent turns may ask for knowledge and think again. Default false. */
  readonly situations?: boolean;
}

/**
 * The one renderer of conversations, for training and inference alike:
 *
 *     <|system|> s<|end|> task<|assistant|> thought<|act|> action<|end|> observation<|assistant|> ...
 *
 * With `situations`, an agent turn may have knowledge before it, and a second thought with a second action after it:
 *
 *     <|assistant|>[Knowledge]<knowledge> rule</knowledge> thought<|act|> action<|end|>
 *     <|assistant|> thought<|act|> action[Reflection]<reflection> thought</reflection><|act|> action<|end|>
 *
 * Each content starts with one space, so that a word is the same unit wherever it stands. Control tokens exist only as
 * segments of their own; the same characters inside a content stay ordinary text.
 */
export class ChatTemplate {
  readonly id: string;
  /** SHA-256 over everything that decides the tokens; stored with trajectories and models. */
  readonly hash: string;
  /** The same template for Hugging Face's `apply_chat_template`, over `toMessages`; see `guardedJinja`. */
  readonly jinja: string;
  readonly #codec: TurnCodec;
  readonly #thoughts: boolean;
  readonly #situations: boolean;

  constructor({ codec, thoughts, situations = false }: ChatTemplateOptions) {
    this.#codec = codec;
    this.#thoughts = thoughts;
    this.#situations = situations;
    this.id = `waymark/${codec.id}/${thoughts ? "thought-action" : "action"}${situations ? "/situations" : ""}`;
    this.jinja = guardedJinja({ thoughts, situations });
    this.hash = sha256(canonicalJson({ id: this.id, jinja: bareJinja({ thoughts, situations }) }));
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

  /** A rule given to the agent at the beginning of its turn, after `[Knowledge]` or with it. */
  renderKnowledge(rule: string, withToken = true, loss: Segment["loss"] = "none"): Segment[] {
    return [
      ...(withToken ? [delimiter(KNOWLEDGE, loss)] : []),
      delimiter(KNOWLEDGE_START, loss),
      ...content(this.#codec.encodeKnowledge(rule), "knowledge", loss),
      delimiter(KNOWLEDGE_END, loss),
    ];
  }

  /** A turn without its end, and the request to think it over: what is fed to have the agent reconsider. */
  renderDoubt(thought: string | undefined, action: string): Segment[] {
    const loss = "none";
    return [...this.#renderSaid(thought, action, loss), delimiter(REFLECTION, loss), delimiter(REFLECTION_START, loss)];
  }

  /**
   * Reads what the model generated after `<|assistant|>`, with or without the final `<|end|>`. Never throws: an
   * ill-formed turn still has an action, which the environment will refuse.
   */
  parseAgent(ids: readonly number[], tokenizer: Tokenizer): AgentTurn {
    const end = tokenizer.special(END);
    const body = ids.at(-1) === end ? ids.slice(0, -1) : ids;
    const at = this.#situations ? body.indexOf(tokenizer.special(REFLECTION)) : -1;
    if (at < 0) return this.#parseSaid(body, tokenizer);
    const first = this.#parseSaid(body.slice(0, at), tokenizer);
    const second = this.parseReconsidered(body.slice(at + 2), tokenizer); // behind `<reflection>`
    const missing = body[at + 1] === tokenizer.special(REFLECTION_START) ? null : `no ${REFLECTION_START}`;
    return {
      thought: first.thought,
      action: second.action,
      reconsidered: { action: first.action, reflection: second.reflection },
      malformed: first.malformed ?? missing ?? second.malformed,
    };
  }

  /** Reads what the model generated after `<reflection>`: a thought, and the command that it settles on. */
  parseReconsidered(
    ids: readonly number[],
    tokenizer: Tokenizer,
  ): { reflection: string; action: string; malformed: string | null } {
    const at = ids.indexOf(tokenizer.special(REFLECTION_END));
    const { action, malformed } = this.#parseSaid(ids.slice(at + 1), tokenizer);
    const reflection = at < 0 ? "" : this.#codec.decodeThought(textOf(ids.slice(0, at), tokenizer));
    return { reflection, action, malformed: at < 0 ? `no ${REFLECTION_END}` : malformed };
  }

  #parseSaid(body: readonly number[], tokenizer: Tokenizer): AgentTurn {
    const at = this.#thoughts ? body.lastIndexOf(tokenizer.special(ACT)) : -1;
    const thought = at < 0 ? [] : body.slice(0, at);
    const action = body.slice(at + 1);
    const missing = this.#thoughts && at < 0 ? `no ${ACT}` : null;
    const stray = [...thought, ...action].find((id) => tokenizer.isSpecial(id));
    return {
      thought: thought.length > 0 ? this.#codec.decodeThought(textOf(thought, tokenizer)) : null,
      action: this.#codec.decodeAction(textOf(action, tokenizer)),
      malformed: stray === undefined ? missing : `${tokenizer.tokenText(stray)} inside the turn`,
    };
  }

  /** Turns as messages for `apply_chat_template` with `jinja`: contents encoded, thoughts beside them. */
  toMessages(turns: readonly Turn[]): TemplateMessage[] {
    return turns.map((turn) => {
      if (turn.role === "system") return { role: turn.role, content: turn.content };
      if (turn.role === "user") return { role: turn.role, content: this.#codec.encodeUser(turn.content) };
      const action = this.#codec.encodeAction(turn.action ?? turn.content);
      const thought = this.#thoughts && turn.thought ? { thought: this.#codec.encodeThought(turn.thought) } : {};
      return { role: turn.role, content: action, ...thought, ...this.#situationFields(turn) };
    });
  }

  #situationFields({ knowledge, reconsidered }: Turn): { knowledge?: string; first?: string; reflection?: string } {
    if (!this.#situations) return {};
    return {
      ...(knowledge === undefined ? {} : { knowledge: this.#codec.encodeKnowledge(knowledge) }),
      ...(reconsidered && {
        first: this.#codec.encodeAction(reconsidered.action),
        reflection: this.#codec.encodeThought(reconsidered.reflection),
      }),
    };
  }

  /** An agent turn after `<|assistant|>`, up to and with `<|end|>`. */
  #renderAgent(turn: Turn): Segment[] {
    const own = turn.loss === false ? "context" : "source";
    const others = turn.prompted ? "none" : own;
    const action = turn.action ?? turn.content;
    const { knowledge, reconsidered }: Partial<Turn> = this.#situations ? turn : {};
    const given = knowledge === undefined ? [] : this.renderKnowledge(knowledge, true, others);
    if (!reconsidered) return [...given, ...this.#renderSaid(turn.thought, action, own), delimiter(END, own)];
    return [
      ...given,
      ...this.#renderSaid(turn.thought, reconsidered.action, turn.prompted ? "context" : own),
      delimiter(REFLECTION, others),
      delimiter(REFLECTION_START, others),
      ...content(this.#codec.encodeThought(reconsidered.reflection), "reflection", own),
      delimiter(REFLECTION_END, own),
      ...this.#renderSaid(undefined, action, own),
      delimiter(END, own),
    ];
  }

  #renderSaid(thought: string | undefined, action: string, loss: Segment["loss"]): Segment[] {
    return [
      ...(this.#thoughts
        ? [...content(thought ? this.#codec.encodeThought(thought) : "", "thought", loss), delimiter(ACT, loss)]
        : []),
      ...content(this.#codec.encodeAction(action), "action", loss),
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

/** Ids to text, without the space that every content begins with. */
const textOf = (ids: readonly number[], tokenizer: Tokenizer): string => tokenizer.decode(ids).replace(/^ /, "");
