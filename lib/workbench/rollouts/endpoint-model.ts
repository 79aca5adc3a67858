import { UserError } from "../../base/index.ts";
import { openAiChatModel, withRetry, type ChatModel } from "../../llm/index.ts";
import type { EndpointPlayer } from "./plan.ts";

/** The model behind a player's endpoint; passing trouble is tried again. Throws where the key is not set here. */
export function endpointModel({ url, model, apiKeyVariable }: EndpointPlayer): ChatModel {
  const apiKey = apiKeyVariable === undefined ? undefined : process.env[apiKeyVariable];
  if (apiKeyVariable !== undefined && !apiKey)
    throw new UserError(`the key for ${url} is expected in ${apiKeyVariable}, which is not set for this worker`);
  return withRetry(openAiChatModel({ url, model, apiKey }));
}
