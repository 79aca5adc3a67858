import type { ChatModel, Completion } from "../../llm/index.ts";
import { readAnswer } from "./answer.ts";
import type { AgentTurn } from "./chat-agent.ts";
import { ConversationAgent, type ConversationOptions } from "./conversation-agent.ts";
import { describeState, type StateKnowledgeBase } from "./state-knowledge.ts";

export interface WorldKnowledgeOptions extends ConversationOptions {
  /** Gives task knowledge before an episode and state knowledge each turn; any chat model. */
  readonly knowledgeModel: ChatModel;
  readonly base: StateKnowledgeBase;
  /** Answers that the agent's model draws each turn; default 5. With 1 the base has no say. */
  readonly samples?: number;
  /** Weight of the agent's own choice against the base's, in [0, 1]; default 0.5. The paper chooses one for each data set. */
  readonly gamma?: number;
  /** States that vote; default 20. */
  readonly neighbours?: number;
}

/**
 * Planning with a world knowledge model (Qiao et al., "Agent Planning with World Knowledge Model", NeurIPS 2024, section 2):
 * task knowledge in the prompt before the episode; each turn a summary of the state, which never enters the prompt but
 * finds similar states, whose next actions vote. The action has the greatest
 * `gamma * agent + (1 - gamma) * base`.
 *
 * A chat model gives no probability of each action, so: `agent` is the share of `samples` answers (temperature 0.7 unless
 * told) that name the command, and only such commands can be chosen; `base` is the share of the neighbours' next actions
 * that are of the command's kind (`Profile.kind`), for rooms differ in their numbers. Of equals the first drawn wins. Where
 * no state came after the same kind of action the base has no vote and the most frequent command wins. A server that draws
 * fewer answers than asked for is asked again with a further seed.
 *
 * Differs from the paper besides: the knowledge model is prompted, not trained with LoRA on synthesised knowledge, and
 * states are compared by their words (tf-idf) instead of embeddings.
 */
export class WorldKnowledgeAgent extends ConversationAgent {
  readonly #own: Required<Omit<WorldKnowledgeOptions, keyof ConversationOptions>>;
  #taskKnowledge = "";

  constructor({ knowledgeModel, base, samples = 5, gamma = 0.5, neighbours = 20, ...options }: WorldKnowledgeOptions) {
    super("wkm-style", options);
    this.#own = { knowledgeModel, base, samples, gamma, neighbours };
  }

  override get notes(): Readonly<Record<string, unknown>> {
    return { taskKnowledge: this.#taskKnowledge };
  }

  protected override async prepare(): Promise<void> {
    const { profile } = this.options;
    const content =
      `${profile.instruction}\n\nA task for an agent in this environment:\n${profile.shown(this.turns[0].content, true)}\n\n` +
      "Do not solve it. Write in at most six sentences what one has to know for tasks of this kind: how to go about them, " +
      "where things of this kind usually are, what is easily done wrong.";
    const { text } = await this.#own.knowledgeModel.chat([{ role: "user", content: content.trim() }], {
      ...{ temperature: 0, maxTokens: 512, signal: this.signal },
    });
    this.#taskKnowledge = text.trim();
  }

  protected async decide(): Promise<AgentTurn> {
    const { profile } = this.options;
    const { knowledgeModel, base, gamma, neighbours, samples } = this.#own;
    const answers = (await this.#draw()).map((text) => readAnswer(text, profile));
    const candidates = answers.filter(({ action }) => action !== undefined);
    if (candidates.length === 0) return answers[0];
    if (samples === 1) return candidates[0];
    const state = await describeState(knowledgeModel, profile, this.task.goal, this.turns, this.signal);
    const previous = this.turns.findLast(({ action }) => action !== undefined)?.action;
    const votes = base.votes(state, previous === undefined ? "" : profile.kind(previous), neighbours);
    const weighed = [...new Set(candidates.map(({ action }) => action!))].map((action) => {
      const agentShare = candidates.filter((each) => each.action === action).length / candidates.length;
      const baseShare = votes.get(profile.kind(action)) ?? 0;
      return { action, agentShare, baseShare, weight: gamma * agentShare + (1 - gamma) * baseShare };
    });
    const { action, agentShare, baseShare } = weighed.reduce((a, b) => (b.weight > a.weight ? b : a));
    const chosen = candidates.find((each) => each.action === action)!;
    return { ...chosen, extra: { state, agentShare, baseShare } };
  }

  /** The answers of one turn, in the order in which they were drawn. */
  async #draw(): Promise<string[]> {
    const { samples } = this.#own;
    const messages = this.prompt(
      this.#taskKnowledge === "" ? [] : [`What is known about such tasks:\n${this.#taskKnowledge}`],
    );
    if (samples === 1) return [await this.say(messages)];
    const { temperature = 0.7, seed = 0 } = this.options.sampling ?? {};
    const drawn: string[] = [];
    while (drawn.length < samples) {
      const n = samples - drawn.length;
      const options = { ...this.chatOptions, temperature, seed: seed + drawn.length, ...(n > 1 && { n }) };
      const completion: Completion = await this.options.model.chat(messages, options);
      drawn.push(...completion.answers.slice(0, n).map(({ text }) => text));
    }
    return drawn;
  }
}
