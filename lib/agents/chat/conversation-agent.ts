import { assert } from "../../base/index.ts";
import type { StepResult, TaskInfo } from "../../environments/index.ts";
import type { ChatMessage, ChatModel, ChatOptions } from "../../llm/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { MADE_UP } from "./answer.ts";
import type { AgentTurn, ChatAgent } from "./chat-agent.ts";
import { turnOf } from "./play-chat-episode.ts";
import { promptOf, type Example, type Profile } from "./profile.ts";

/** How answers are drawn. Default: greedily, at most 1024 tokens, without a seed, as KnowSelf's evaluation does. */
export type Sampling = Pick<ChatOptions, "temperature" | "maxTokens" | "seed" | "topP">;

export interface ConversationOptions {
  /** In the trajectories; default: the method's. */
  readonly name?: string;
  readonly model: ChatModel;
  readonly profile: Profile;
  readonly sampling?: Sampling;
  /** Paragraphs after the profile's instruction. */
  readonly more?: readonly string[];
  /** In place of the profile's. */
  readonly examples?: readonly Example[];
}

/** An agent that keeps the whole conversation of an episode and answers it turn by turn. */
export abstract class ConversationAgent implements ChatAgent {
  readonly name: string;
  protected readonly options: ConversationOptions;
  protected turns: Turn[] = [];
  protected signal: AbortSignal | undefined;
  #task: TaskInfo | null = null;

  constructor(method: string, options: ConversationOptions) {
    this.name = options.name ?? method;
    this.options = options;
  }

  get notes(): Readonly<Record<string, unknown>> | undefined {
    return undefined;
  }

  async begin(firstObservation: string, task: TaskInfo, signal?: AbortSignal): Promise<void> {
    this.turns = [{ role: "user", content: firstObservation }];
    this.#task = task;
    this.signal = signal;
    await this.prepare();
  }

  async act(): Promise<AgentTurn> {
    const said = await this.decide();
    this.turns.push(turnOf(said));
    return said;
  }

  observe({ observation }: StepResult): void {
    this.turns.push({ role: "user", content: observation });
  }

  protected get task(): TaskInfo {
    assert(this.#task, `${this.name} was asked before an episode began`);
    return this.#task;
  }

  /** Whether the agent has said nothing yet. */
  protected get isFirstTurn(): boolean {
    return this.turns.length === 1;
  }

  /** Before the first turn of an episode. */
  protected async prepare(): Promise<void> {}

  protected abstract decide(): Promise<AgentTurn>;

  /** The messages before the agent's next turn. */
  protected prompt(more: readonly string[] = [], examples = this.options.examples): ChatMessage[] {
    return promptOf(this.options.profile, this.turns, { more: [...(this.options.more ?? []), ...more], examples });
  }

  protected get chatOptions(): ChatOptions {
    return { temperature: 0, maxTokens: 1024, stop: [MADE_UP], ...this.options.sampling, signal: this.signal };
  }

  protected async say(messages: readonly ChatMessage[], options: ChatOptions = {}): Promise<string> {
    return (await this.options.model.chat(messages, { ...this.chatOptions, ...options })).text;
  }
}
