import type { ChatTemplate, Tokenizer } from "../../labels/index.ts";
import { KNOWLEDGE, KNOWLEDGE_END, KNOWLEDGE_START, situatedText, spellApart } from "../../trajectory/index.ts";
import type { TextReader } from "../token-text.ts";

/** What the turn began with before the model went on. */
export type Opening = "nothing" | "knowledge" | "thought";

/**
 * Reads a turn of a model that knows KnowSelf's situations, in the form of trajectories (`situatedText`). The turn comes
 * as a whole, read by the template's own reader, but `[Knowledge]` comes at once: whoever is to give the knowledge stops
 * there. What looks like one of the six tokens and was said as text is spelled apart.
 */
export class SituatedReader implements TextReader {
  readonly #template: ChatTemplate;
  readonly #tokenizer: Tokenizer;
  readonly #opening: Opening;
  #ids: number[] = [];
  /** The text of a rule that the model makes up itself is being read. */
  #isRule = false;
  /** Something has been given out, or stood there before. */
  #hasBegun: boolean;

  constructor(template: ChatTemplate, tokenizer: Tokenizer, opening: Opening) {
    this.#template = template;
    this.#tokenizer = tokenizer;
    this.#opening = opening;
    this.#hasBegun = opening !== "nothing";
  }

  push(id: number): string {
    const [asks, starts, ends] = [KNOWLEDGE, KNOWLEDGE_START, KNOWLEDGE_END].map((t) => this.#tokenizer.special(t));
    const text = this.#isRule ? this.#inRule(id, ends) : this.#outside(id, asks, starts);
    this.#hasBegun ||= text !== "";
    return text;
  }

  finish(): string {
    const text = this.#isRule ? this.#rule() : this.#turn();
    this.#ids = [];
    return text;
  }

  /** Beside its place at the beginning of a turn the token opens a line of its own. */
  #outside(id: number, asks: number, starts: number): string {
    if (id === asks) {
      const isFirst = !this.#hasBegun && this.#ids.length === 0;
      return isFirst ? KNOWLEDGE : `${this.finish()}\n${KNOWLEDGE}`;
    }
    const isRule = id === starts && this.#opening === "nothing" && this.#hasBegun && this.#ids.length === 0;
    if (!isRule) {
      this.#ids.push(id);
      return "";
    }
    this.#isRule = true;
    return KNOWLEDGE_START;
  }

  #inRule(id: number, ends: number): string {
    if (id !== ends) {
      this.#ids.push(id);
      return "";
    }
    const text = this.finish();
    this.#isRule = false;
    return `${text}${KNOWLEDGE_END}\n`;
  }

  #rule = (): string => spellApart(this.#tokenizer.decode(this.#ids).replace(/^ /, ""));

  #turn(): string {
    if (this.#ids.length === 0) return "";
    const { thought, action, reconsidered } = this.#template.parseAgent(this.#ids, this.#tokenizer);
    const text = situatedText({
      action: spellApart(action),
      ...(thought !== null && { thought: spellApart(thought) }),
      ...(reconsidered && {
        reconsidered: {
          action: spellApart(reconsidered.action),
          reflection: spellApart(reconsidered.reflection),
        },
      }),
    });
    if (this.#opening !== "thought") return text;
    return text.startsWith(THOUGHT) ? text.slice(THOUGHT.length) : `\n${text}`;
  }
}

const THOUGHT = "Thought:";
