import type { CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import { assert, UserError } from "../../base/index.ts";
import type { Tokenizer } from "../../labels/index.ts";
import { jsonGrammar, type JsonSchema } from "../../llm/index.ts";
import type { Constraint } from "../constraint.ts";
import { loadXGrammar, type XGrammar } from "./xgrammar.ts";

/** Makes grammars of JSON schemas for one tokenizer, one of each schema. Holds memory outside JavaScript until `dispose`. */
export class JsonCompiler {
  readonly #engine: XGrammar;
  readonly #vocabulary: TokenizerInfo;
  readonly #compiler: GrammarCompiler;
  readonly #grammars = new Map<string, Promise<JsonGrammar>>();

  private constructor(engine: XGrammar, vocabulary: TokenizerInfo, compiler: GrammarCompiler) {
    this.#engine = engine;
    this.#vocabulary = vocabulary;
    this.#compiler = compiler;
  }

  /** @param stopTokens one of them must be chosen where the text is complete; no other control token ever is */
  static async create(tokenizer: Tokenizer, stopTokens: readonly number[]): Promise<JsonCompiler> {
    const { size } = tokenizer;
    if (stopTokens.length === 0 || !stopTokens.every((id) => Number.isInteger(id) && id >= 0 && id < size))
      throw new UserError(`stop tokens [${stopTokens.join(", ")}]: at least one id below ${size} is expected`);
    const engine = await loadXGrammar();
    const tokens = byteLevelTokens(tokenizer);
    const { TokenizerInfo, GrammarCompiler } = engine;
    const vocabulary = await TokenizerInfo.createTokenizerInfo(tokens, "byte_level", false, size, [...stopTokens]);
    return new JsonCompiler(engine, vocabulary, await GrammarCompiler.createGrammarCompiler(vocabulary, false));
  }

  /** The grammar of a schema; throws `UserError` where the schema cannot be guaranteed, see `jsonGrammar`. */
  async compile(schema: JsonSchema): Promise<JsonGrammar> {
    const key = JSON.stringify(schema); // the order of properties counts
    const known = this.#grammars.get(key);
    if (known) return known;
    const text = jsonGrammar(schema);
    const compiling = this.#compile(text);
    this.#grammars.set(key, compiling);
    compiling.catch(() => this.#grammars.delete(key));
    return compiling;
  }

  /** Frees the grammar of a schema, of which no constraint may be in use. */
  async release(schema: JsonSchema): Promise<void> {
    const key = JSON.stringify(schema);
    const grammar = this.#grammars.get(key);
    this.#grammars.delete(key);
    (await grammar)?.dispose();
  }

  /** Frees everything, the grammars made here and their constraints too. */
  async dispose(): Promise<void> {
    for (const grammar of this.#grammars.values()) (await grammar).dispose();
    this.#grammars.clear();
    this.#compiler.dispose();
    this.#vocabulary.dispose();
  }

  async #compile(text: string): Promise<JsonGrammar> {
    const grammar = await this.#engine.Grammar.fromEBNF(text);
    const compiled = await this.#compiler.compileGrammar(grammar);
    grammar.dispose();
    return new JsonGrammar(this.#engine, compiled, this.#vocabulary.getVocabSize());
  }
}

/** A compiled schema; gives each turn its constraint. */
export class JsonGrammar {
  readonly #engine: XGrammar;
  readonly #compiled: CompiledGrammar;
  readonly #size: number;
  readonly #matchers: GrammarMatcher[] = [];
  /** Those that no constraint uses: each is used again and again. */
  readonly #idle: GrammarMatcher[] = [];

  /** @param size of the vocabulary */
  constructor(engine: XGrammar, compiled: CompiledGrammar, size: number) {
    this.#engine = engine;
    this.#size = size;
    this.#compiled = compiled;
  }

  /**
   * Lets one turn say the JSON text of one value that satisfies the schema, and then a stop token. A turn that is cut
   * before ends in the middle of it.
   */
  constraint(): Constraint {
    return new JsonSchemaConstraint({
      size: this.#size,
      take: async () => {
        const idle = this.#idle.pop();
        if (idle) return idle;
        const matcher = await this.#engine.GrammarMatcher.createGrammarMatcher(this.#compiled);
        this.#matchers.push(matcher);
        return matcher;
      },
      giveBack: (matcher) => {
        matcher.reset();
        this.#idle.push(matcher);
      },
    });
  }

  dispose(): void {
    for (const matcher of this.#matchers) matcher.dispose();
    this.#matchers.length = this.#idle.length = 0;
    this.#compiled.dispose();
  }
}

interface MatcherSource {
  /** Of the vocabulary. */
  readonly size: number;
  take(): Promise<GrammarMatcher>;
  giveBack(matcher: GrammarMatcher): void;
}

class JsonSchemaConstraint implements Constraint {
  readonly #source: MatcherSource;
  #matcher: GrammarMatcher | null = null;

  constructor(source: MatcherSource) {
    this.#source = source;
  }

  get isDone(): boolean {
    return this.#matcher?.isTerminated() ?? false;
  }

  async allowed(): Promise<number[]> {
    this.#matcher ??= await this.#source.take();
    return setBits(await this.#matcher.getNextTokenBitmask(), this.#source.size);
  }

  accept(id: number): void {
    assert(this.#matcher?.acceptToken(id), `token ${id} does not follow the grammar here`);
  }

  dispose(): void {
    if (this.#matcher) this.#source.giveBack(this.#matcher);
    this.#matcher = null;
  }
}

/** Places below `size` of the bits that are 1; bit i of word w is place 32 w + i. Beyond `size`, bits have no meaning. */
function setBits(words: Int32Array, size: number): number[] {
  const places: number[] = [];
  words.forEach((word, w) => {
    for (let left = word; left !== 0; left &= left - 1) {
      const place = 32 * w + 31 - Math.clz32(left & -left);
      if (place < size) places.push(place);
    }
  });
  return places;
}

/** Tokens by id, in the characters that byte-level BPE writes bytes with; control tokens are empty: never allowed. */
function byteLevelTokens(tokenizer: Tokenizer): string[] {
  const { vocab } = (tokenizer.toJSON() as { model: { vocab: Readonly<Record<string, number>> } }).model;
  const tokens = new Array<string>(tokenizer.size).fill("");
  for (const [token, id] of Object.entries(vocab)) if (!tokenizer.isSpecial(id)) tokens[id] = token;
  return tokens;
}
