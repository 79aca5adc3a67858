import { dataText } from "./data-text.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "./tool.ts";

export interface AskUserOptions {
  /** Shows the question, gives back what the user wrote; null or empty text: no answer. */
  readonly ask: (question: string, signal?: AbortSignal) => Promise<string | null>;
}

/** Asks the user for what the request leaves open. */
export function askUserTool({ ask }: AskUserOptions): AgentTool {
  return {
    name: "ask_user",
    description: "Asks the user for information that the request leaves open.",
    usage: "one question to the user",
    run: ({ task }, signal) =>
      settle(async () => {
        const said = (await ask(task, signal))?.trim() ?? "";
        if (said === "") throw new ToolFailure("no_answer", "the user did not answer");
        return answerOf(dataText(said, 4000));
      }, signal),
  };
}
