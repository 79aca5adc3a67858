import { ActionGraph, actionName } from "./action-graph.ts";
import { readAnswer } from "./answer.ts";
import type { AgentTurn } from "./chat-agent.ts";
import { ConversationAgent, type ConversationOptions } from "./conversation-agent.ts";

export interface KnowAgentOptions extends ConversationOptions {
  /** The action knowledge of a task type: a graph of actions, rules, and the actions in words. */
  readonly knowledge: (taskType: string) => string;
}

/**
 * KnowAgent: action knowledge in the prompt, and a path of action names before each action (Zhu et al., "KnowAgent:
 * Knowledge-Augmented Planning for LLM-Based Agents", 2024, sections 3.1 and 3.2). Differs from the paper: an action whose
 * name the graph does not have, or not yet, is objected to once, and the second answer is carried out whatever it is; and
 * this is inference only, without the paper's self-learning on filtered and merged trajectories (section 3.3).
 */
export class KnowAgent extends ConversationAgent {
  readonly #knowledge: (taskType: string) => string;
  #told = "";
  #graph: ActionGraph | null = null;

  constructor({ knowledge, ...options }: KnowAgentOptions) {
    super("knowagent", options);
    this.#knowledge = knowledge;
  }

  protected override prepare(): Promise<void> {
    this.#told = this.#knowledge(this.task.type);
    this.#graph = ActionGraph.read(this.#told);
    return Promise.resolve();
  }

  protected async decide(): Promise<AgentTurn> {
    const { profile } = this.options;
    const prompt = this.prompt([`Knowledge about the actions of this task:\n${this.#told}`, PATH]);
    const first = readAnswer(await this.say(prompt), profile);
    const objection = this.#objection(first);
    if (objection === null) return first;
    const second = await this.say([
      ...prompt,
      { role: "assistant", content: first.content },
      { role: "user", content: objection },
    ]);
    return { ...readAnswer(second, profile), extra: { objected: first.action } };
  }

  #objection({ action }: AgentTurn): string | null {
    if (action === undefined) return null;
    const done = this.turns.flatMap((turn) => (turn.action === undefined ? [] : [actionName(turn.action)]));
    const allowed = this.#graph!.allowed(done);
    if (allowed.includes(actionName(action))) return null;
    return (
      `${OBJECTION} "${action}" is not possible now; what may come next: ${allowed.join(", ")}. ` +
      "It was not carried out. Answer again in the same form."
    );
  }
}

/** How an objection to an answer begins. */
export const OBJECTION = "By the knowledge about the actions";

const PATH = `Before the thought write a line that begins with "ActionPath: ": the names of your actions so far and of the next one,
with arrows between them, such as "ActionPath: Start -> Goto -> Take". Follow the knowledge.`;
