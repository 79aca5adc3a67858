import { ACT, type Tokenizer } from "../../labels/index.ts";
import type { TurnCodec } from "../../trajectory/index.ts";
import { TokenText, type TextReader } from "../token-text.ts";

/** Reads what a model says after `<|assistant|>` in the form of trajectories: `Thought: ...` and `Action: ...` in lines. */
export class AgentReader implements TextReader {
  readonly #tokenizer: Tokenizer;
  readonly #codec: TurnCodec;
  readonly #act: number;
  /** What is being read; null before its first token. */
  #part: { readonly isThought: boolean; readonly reader: TextReader } | null = null;
  #isThought = true;

  constructor(tokenizer: Tokenizer, codec: TurnCodec) {
    this.#tokenizer = tokenizer;
    this.#codec = codec;
    this.#act = tokenizer.special(ACT);
  }

  push(id: number): string {
    if (id !== this.#act || !this.#isThought) return this.#say(id);
    this.#isThought = false;
    if (this.#part === null) return "Action: ";
    const rest = this.#part.reader.finish();
    this.#part = null;
    return `${rest}\nAction: `;
  }

  finish(): string {
    return this.#part?.reader.finish() ?? "";
  }

  #say(id: number): string {
    if (this.#part !== null) return this.#part.reader.push(id);
    const { decodeThought, decodeAction } = this.#codec;
    const isThought = this.#isThought;
    this.#part = {
      isThought,
      reader: partReader(this.#tokenizer, this.#codec, isThought ? decodeThought : decodeAction),
    };
    return (isThought ? "Thought: " : "") + this.#part.reader.push(id);
  }
}

/** Reads one content, as the template writes it: behind a space, in the codec's words. */
export function partReader(tokenizer: Tokenizer, codec: TurnCodec, decode: (text: string) => string): TextReader {
  const ids = (tokens: readonly number[]): string => tokenizer.decode(tokens);
  return codec.id === "plain" ? new WithoutFirstSpace(new TokenText(ids)) : new Translated(ids, decode);
}

class WithoutFirstSpace implements TextReader {
  readonly #reader: TextReader;
  #begun = false;

  constructor(reader: TextReader) {
    this.#reader = reader;
  }

  push(id: number): string {
    return this.#from(this.#reader.push(id));
  }

  finish(): string {
    return this.#from(this.#reader.finish());
  }

  #from(text: string): string {
    if (this.#begun || text === "") return text;
    this.#begun = true;
    return text.replace(/^ /, "");
  }
}

/** Text that can be translated only as a whole: all of it comes at the end. */
class Translated implements TextReader {
  readonly #ids: number[] = [];
  readonly #text: (ids: readonly number[]) => string;
  readonly #translate: (text: string) => string;

  constructor(text: (ids: readonly number[]) => string, translate: (text: string) => string) {
    this.#text = text;
    this.#translate = translate;
  }

  push(id: number): string {
    this.#ids.push(id);
    return "";
  }

  finish(): string {
    if (this.#ids.length === 0) return "";
    const text = this.#translate(this.#text(this.#ids).replace(/^ /, ""));
    this.#ids.length = 0;
    return text;
  }
}
