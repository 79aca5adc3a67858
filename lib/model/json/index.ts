/** JSON text that satisfies a schema, while it is generated. */
export { JsonCompiler, type JsonGrammar } from "./constraint.ts";
export { jsonGrammar } from "./grammar.ts";
export type { JsonSchema } from "./schema.ts";
