/** Executes notebooks without a browser. */
export { runNotebook, type NotebookEvent, type NotebookJob, type NotebookResult } from "./runner.ts";
export { runNotebookInTerminal } from "./terminal.ts";
