/** JSON schemas, and the grammars of the JSON texts that satisfy them. */
export { jsonGrammar, type GrammarDialect } from "./grammar.ts";
export type { JsonSchema, SchemaObject } from "./schema.ts";
