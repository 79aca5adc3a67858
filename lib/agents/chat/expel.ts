import type { Trajectory } from "../../trajectory/index.ts";
import { readAnswer } from "./answer.ts";
import type { AgentTurn } from "./chat-agent.ts";
import { ConversationAgent, type ConversationOptions } from "./conversation-agent.ts";
import { TextIndex } from "./text-index.ts";

export interface ExpelOptions extends Omit<ConversationOptions, "examples"> {
  /** The best first, see `gatherInsights`. */
  readonly insights: readonly string[];
  /** Episodes of training tasks; the won ones may become examples. */
  readonly experience: readonly Trajectory[];
  /** Won episodes that are shown as examples; default 2. */
  readonly examples?: number;
}

/**
 * ExpeL's agent (Zhao et al., "ExpeL: LLM Agents Are Experiential Learners", AAAI 2024, section 4.4): ReAct with all
 * insights in its instruction and the won episodes of the most similar tasks as examples. Differs from the paper: tasks are
 * compared by the words of their goals (tf-idf) instead of embeddings, and an episode of the very task is never an example.
 */
export class ExpelAgent extends ConversationAgent {
  readonly #insights: string;
  readonly #count: number;
  readonly #won: readonly Trajectory[];
  readonly #index: TextIndex;
  #retrieved: readonly Trajectory[] = [];

  constructor({ insights, experience, examples = 2, ...options }: ExpelOptions) {
    super("expel", options);
    this.#insights =
      insights.length === 0
        ? ""
        : `What earlier tasks have taught:\n${insights.map((text, i) => `${i + 1}. ${text}`).join("\n")}`;
    this.#count = examples;
    this.#won = experience.filter(({ success }) => success);
    this.#index = new TextIndex(this.#won.map(({ task }) => task.goal));
  }

  override get notes(): Readonly<Record<string, unknown>> {
    return { retrieved: this.#retrieved.map(({ id }) => id) };
  }

  protected override prepare(): Promise<void> {
    const similar = this.#index.nearest(this.task.goal).map(({ index }) => this.#won[index]);
    const others = similar.filter(({ task }) => task.id !== this.task.id);
    this.#retrieved = others.slice(0, this.#count);
    return Promise.resolve();
  }

  protected async decide(): Promise<AgentTurn> {
    // The most similar one stands last, next to the task.
    const examples = this.#retrieved.map(({ turns }) => turns).reverse();
    return readAnswer(await this.say(this.prompt([this.#insights], examples)), this.options.profile);
  }
}
