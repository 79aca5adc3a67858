import type { JsonSchema } from "../../llm/index.ts";
import type { JsonCompiler, JsonGrammar } from "../json/index.ts";

/** Grammars that nobody uses are kept for the next request with their schema, up to so many. */
const KEPT = 32;

/** Lends compiled grammars, and frees those that have not been used for long: schemas come from requests. */
export class GrammarPool {
  readonly #compiler: JsonCompiler;
  /** By schema; the least recently used first. */
  readonly #grammars = new Map<string, { readonly schema: JsonSchema; users: number }>();

  constructor(compiler: JsonCompiler) {
    this.#compiler = compiler;
  }

  /** Runs `work` with the grammar of a schema. Throws `UserError` where the schema cannot be guaranteed. */
  async lend<T>(schema: JsonSchema, work: (grammar: JsonGrammar) => Promise<T>): Promise<T> {
    const key = JSON.stringify(schema);
    const entry = this.#grammars.get(key) ?? { schema, users: 0 };
    this.#grammars.delete(key);
    this.#grammars.set(key, entry);
    entry.users++;
    try {
      return await work(await this.#compiler.compile(schema));
    } finally {
      entry.users--;
      await this.#dropOld();
    }
  }

  async #dropOld(): Promise<void> {
    for (const [key, { schema, users }] of this.#grammars) {
      if (this.#grammars.size <= KEPT) return;
      if (users > 0) continue;
      this.#grammars.delete(key);
      await this.#compiler.release(schema);
    }
  }
}
