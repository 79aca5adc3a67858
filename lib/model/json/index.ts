/** JSON text that satisfies a schema, while it is generated. */
export { JsonCompiler, type JsonGrammar } from "./constraint.ts";
export { jsonGrammar, type JsonSchema } from "../../llm/index.ts";
export { traceMask, type MaskPlace } from "./mask-trace.ts";
