import { scriptedModel, type ChatModel } from "../../llm/index.ts";
import { agentText } from "../../trajectory/index.ts";
import type { Agent } from "../agent.ts";
import { decisionAfter, toldEpisode } from "./told-episode.ts";

/**
 * A scripted agent behind the port of a chat model: each time it plays the whole conversation over and says what it does
 * next. It knows only what the messages tell.
 */
export function teacherModel(createAgent: () => Agent): ChatModel {
  return scriptedModel("teacher", (messages) => {
    const { thought, action } = decisionAfter(toldEpisode(messages)!, createAgent()) ?? { action: "nothing" };
    return agentText(thought, action);
  });
}
