/** What every other folder may use: randomness, files, JSONL streams, errors, progress. Knows nobody. */
export * from "./data-folder.ts";
export * from "./errors.ts";
export * from "./files.ts";
export * from "./html.ts";
export * from "./jsonl.ts";
export * from "./progress.ts";
export { pythonJson } from "./python-json.ts";
export * from "./random.ts";
export * from "./typescript-thread.ts";
