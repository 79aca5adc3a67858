import { scriptedModel, type ChatModel } from "../../llm/index.ts";
import { agentText } from "../../trajectory/index.ts";
import type { Agent } from "../agent.ts";
import { lastAction } from "./answer.ts";

/**
 * A scripted agent behind the port of a chat model: each time it plays the whole conversation over and says what it does
 * next. It knows only what the messages tell.
 */
export function teacherModel(createAgent: () => Agent): ChatModel {
  return scriptedModel("teacher", (messages) => {
    const shown = messages.slice(messages.findIndex(({ content }) => content === "OK") + 1);
    const observation = (content: string): string => content.replace(/^Observation:\s/, "");
    const agent = createAgent();
    agent.begin(observation(shown[0].content));
    const act = () => agent.act(() => []) ?? { action: "nothing" };
    for (let i = 1; i + 1 < shown.length; i += 2) {
      act();
      agent.observe(lastAction(shown[i].content) ?? "", observation(shown[i + 1].content));
    }
    const { thought, action } = act();
    return agentText(thought, action);
  });
}
