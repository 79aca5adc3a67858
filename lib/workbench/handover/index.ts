/** Models and data to other tools and back: the commands `npm run export` and `npm run import`. */
export { runExport } from "./export.ts";
export { runImport } from "./import.ts";
