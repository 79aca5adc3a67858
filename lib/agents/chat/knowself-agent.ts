import type { ChatMessage } from "../../llm/index.ts";
import { KNOWLEDGE, knowledgePrefix, type Turn, spellApart } from "../../trajectory/index.ts";
import { readReconsidered } from "./answer.ts";
import type { AgentTurn } from "./chat-agent.ts";
import { ConversationAgent, type ConversationOptions } from "./conversation-agent.ts";

/**
 * Chooses the knowledge for a turn; empty where none fits.
 * @param goal of the task, in words
 * @param turns so far, in the environment's texts; all observations but the last are "..." where the profile says so
 * @param first whether the agent has not acted yet
 */
export type AskForKnowledge = (goal: string, turns: readonly Turn[], first: boolean) => Promise<string>;

/** Knowledge where the agent asks for it, in every turn (the paper's "w/ full know"), or never ("w/o know"). */
export type KnowledgeMode = "adaptive" | "always" | "never";

export interface KnowSelfOptions extends ConversationOptions {
  readonly ask: AskForKnowledge;
  /** Task-level text by task type, the knowledge of the first decision in ALFWorld; nobody is asked then. */
  readonly taskKnowledge?: (taskType: string) => string;
  /** Default `adaptive`. */
  readonly mode?: KnowledgeMode;
}

/** Lets an answer begin with the token, and ends one that asks again. */
const STOP = `\n${KNOWLEDGE}`;

/**
 * KnowSelf's inference (Qiao et al., "Agentic Knowledgeable Self-awareness", 2025, section 3.3; `knowself_eval_vllm.py`,
 * `call_model`): greedily, at most 1024 tokens, stop `\n[Knowledge]`. An answer that begins with `[Knowledge]` is
 * discarded; knowledge is chosen, `[Knowledge]<knowledge>…</knowledge>` is put before the answer, and the model goes on
 * from there. The recorded turn is that prefix and what the model then says.
 *
 * The prefix is sent as a last message of the assistant. A model that continues text does exactly what the paper does:
 * `openAiCompletionsModel` with `knowSelfPromptFormat`. A chat server may take the message as said and answer with the
 * rest in a message of its own; a prefix that it repeats is taken off.
 *
 * Differs from the published code: the token counts only as the first thing of an answer, the one place that the paper
 * gives it, so that an agent may quote it; the six tokens in observations and rules are spelled with a space inside;
 * a turn without the token is `fast`, or `slow` with a reflection; a model that asks in mode `never` is made to go on
 * from `Thought:`.
 */
export class KnowSelfAgent extends ConversationAgent {
  readonly #ask: AskForKnowledge;
  readonly #taskKnowledge: ((taskType: string) => string) | undefined;
  readonly #mode: KnowledgeMode;

  constructor({ ask, taskKnowledge, mode = "adaptive", ...options }: KnowSelfOptions) {
    super(mode === "adaptive" ? "knowself" : `knowself ${mode}`, options);
    this.#ask = ask;
    this.#taskKnowledge = taskKnowledge;
    this.#mode = mode;
  }

  protected async decide(): Promise<AgentTurn> {
    const prompt = this.#prompt();
    if (this.#mode === "always") return this.#withKnowledge(prompt);
    const answer = (await this.#say(prompt)).trim();
    if (!answer.startsWith(KNOWLEDGE)) return readReconsidered(answer, this.options.profile);
    return this.#mode === "adaptive" ? this.#withKnowledge(prompt) : this.#withoutKnowledge(prompt);
  }

  async #withKnowledge(prompt: readonly ChatMessage[]): Promise<AgentTurn> {
    const knowledge = await this.#knowledge();
    const prefix = knowledgePrefix(spellApart(knowledge));
    const answer = await this.#say([...prompt, { role: "assistant", content: prefix }]);
    const said = readReconsidered(answer.trim().replace(REPEATED, ""), this.options.profile);
    const prompted = this.#mode === "always" && { prompted: true };
    return { ...said, content: prefix + said.content, situation: "knowledgeable", knowledge, ...prompted };
  }

  async #withoutKnowledge(prompt: readonly ChatMessage[]): Promise<AgentTurn> {
    const answer = (await this.#say([...prompt, { role: "assistant", content: "Thought:" }])).trimEnd();
    const content = answer.replace(REPEATED, "").trimStart();
    return readReconsidered(content.startsWith("Thought:") ? content : `Thought: ${content}`, this.options.profile);
  }

  #knowledge(): Promise<string> {
    const first = this.isFirstTurn;
    if (first && this.#taskKnowledge) return Promise.resolve(this.#taskKnowledge(this.task.type));
    const blank = this.options.profile.selectorSees === "last observation";
    const last = this.turns.length - 1;
    const turns = this.turns.map((turn, i) => (blank && turn.role === "user" && i < last ? BLANK : turn));
    return this.#ask(this.task.goal, turns, first);
  }

  /** What the world says is text, whatever it looks like. */
  #prompt(): ChatMessage[] {
    const told = this.prompt();
    const own = told.length - this.turns.length;
    return told.map((message, i) =>
      i >= own && message.role === "user" ? { role: "user", content: spellApart(message.content) } : message,
    );
  }

  #say(messages: readonly ChatMessage[]): Promise<string> {
    return this.say(messages, { stop: [STOP] });
  }
}

const BLANK: Turn = { role: "user", content: "..." };
const REPEATED = /^\s*\[Knowledge\](?:<knowledge>[^]*?<\/knowledge>)?\s*/;
