import { z } from "zod";
import { askFor, type ChatModel } from "../../llm/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import { FINAL_ANSWER } from "./plan.ts";

const answerSchema = z.object({ answer: z.string() });

/** The tool that answers the user from the results so far, with a chat model. */
export function finalAnswerTool(model: ChatModel): AgentTool {
  return {
    name: FINAL_ANSWER,
    description: "Answers the user from the results so far. Always the last step.",
    async run({ request, context }, signal) {
      const content = [
        `Request:\n${request}`,
        `Results:\n${context}`,
        'Answer the request in full sentences with what the results say and nothing else; calculate nothing. What they do not say you do not know. Write a JSON object with the field "answer".',
      ].join("\n\n");
      const options = { temperature: 0, ...(signal && { signal }) };
      const { value } = await askFor(model, [{ role: "user", content }], answerSchema, options);
      return { kind: "answer", text: value.answer };
    },
  };
}
