import { z } from "zod";
import { callText, modelArguments, type ToolModel } from "../arguments.ts";
import type { ToolCall } from "../tool.ts";

const querySchema = z.object({ query: z.string().min(1).max(300) });

/** The task without the words that name the tool: "Search Wikipedia for the height of …" → "the height of …". */
export function plainQuery(task: string): string {
  const query = task
    .trim()
    .replace(
      /^(?:please )?(?:use \w+ to )?(?:search|look up|find(?: out)?|browse)\b(?: (?:on )?(?:the )?(?:wikipedia|internet|web|online))?(?: (?:for|about|to find(?: out)?))?\s+/i,
      "",
    ) // prettier-ignore
    .replace(/[.\s]+$/, "");
  return (query || task).slice(0, 300);
}

/** The query a model writes for the task, or the task itself. */
export async function queryFor(call: ToolCall, model?: ToolModel, signal?: AbortSignal): Promise<string> {
  if (!model) return plainQuery(call.task);
  const prompt = `Write a short search query for the task.\n\n${callText(call)}`;
  return (await modelArguments(model, querySchema, prompt, signal)).query;
}
