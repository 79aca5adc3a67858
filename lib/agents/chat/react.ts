import type { AgentTurn } from "./chat-agent.ts";
import { readAnswer } from "./answer.ts";
import { ConversationAgent, type ConversationOptions } from "./conversation-agent.ts";

/**
 * ReAct: a thought before each action, one call a turn (Yao et al., "ReAct: Synergizing Reasoning and Acting in Language
 * Models", ICLR 2023, sections 2 and 4). Differs from the paper: the episode is a conversation of chat messages, not one
 * text to be completed, and every action has its thought, as in KnowSelf's baselines; the paper's thoughts are sparse in
 * ALFWorld.
 */
export class ReActAgent extends ConversationAgent {
  constructor(options: ConversationOptions) {
    super("react", options);
  }

  protected async decide(): Promise<AgentTurn> {
    return readAnswer(await this.say(this.prompt()), this.options.profile);
  }
}
