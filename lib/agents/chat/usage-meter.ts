import type { ChatMessage, ChatModel, ChatOptions, Completion } from "../../llm/index.ts";

/** What an episode cost. An answer from the cache counts as when it was made, so that a replay tells the same. */
export interface EpisodeUsage {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Requests whose server did not say how many tokens it used; absent for none. */
  readonly unreported?: number;
}

/** Counts the requests and tokens of every model that is handed through it, the agent's own and those it asks. */
export class UsageMeter {
  #requests = 0;
  #promptTokens = 0;
  #completionTokens = 0;
  #unreported = 0;

  get usage(): EpisodeUsage {
    return {
      requests: this.#requests,
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      ...(this.#unreported > 0 && { unreported: this.#unreported }),
    };
  }

  /** What was used since then. */
  since(before: EpisodeUsage): EpisodeUsage {
    const { usage } = this;
    const unreported = (usage.unreported ?? 0) - (before.unreported ?? 0);
    return {
      requests: usage.requests - before.requests,
      promptTokens: usage.promptTokens - before.promptTokens,
      completionTokens: usage.completionTokens - before.completionTokens,
      ...(unreported > 0 && { unreported }),
    };
  }

  /** The same model, counted. */
  count(model: ChatModel): ChatModel {
    const add = (completion: Completion): Completion => {
      const { usage } = completion;
      this.#requests++;
      if (usage === undefined) this.#unreported++;
      this.#promptTokens += usage?.promptTokens ?? 0;
      this.#completionTokens += usage?.completionTokens ?? 0;
      return completion;
    };
    return {
      name: model.name,
      identity: model.identity,
      chat: async (messages, options) => add(await model.chat(messages, options)),
      async *stream(messages: readonly ChatMessage[], options?: ChatOptions) {
        return add(yield* model.stream(messages, options));
      },
    };
  }
}

/** The sum over several episodes. */
export function totalUsage(usages: readonly EpisodeUsage[]): EpisodeUsage {
  const sum = (key: keyof EpisodeUsage): number => usages.reduce((total, usage) => total + (usage[key] ?? 0), 0);
  const unreported = sum("unreported");
  return {
    requests: sum("requests"),
    promptTokens: sum("promptTokens"),
    completionTokens: sum("completionTokens"),
    ...(unreported > 0 && { unreported }),
  };
}
