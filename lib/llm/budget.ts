import { UserError } from "../base/index.ts";
import type { ChatMessage, ChatModel, ChatOptions, Completion } from "./chat-model.ts";

/** What may be spent; absent: without end. */
export interface BudgetLimits {
  readonly requests?: number;
  /** Read and written together. */
  readonly tokens?: number;
  /** In the currency of the prices. */
  readonly money?: number;
}

/** Per million tokens. */
export interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

/** Counts what calls cost and refuses the next one when it is spent. Several models may share one. */
export class Budget {
  readonly limits: BudgetLimits;
  readonly #spent = { requests: 0, tokens: 0, money: 0 };

  /** @param before what was spent in earlier sittings */
  constructor(limits: BudgetLimits, before: Partial<Budget["spent"]> = {}) {
    for (const [name, limit] of Object.entries(limits) as [string, number | undefined][])
      if (limit !== undefined && !(limit >= 0))
        throw new UserError(`a budget of ${limit} ${name}: 0 or more is expected`);
    this.limits = limits;
    Object.assign(this.#spent, before);
  }

  get spent(): Readonly<{ requests: number; tokens: number; money: number }> {
    return { ...this.#spent };
  }

  /** Throws `UserError` where nothing is left; else counts one request. */
  take(model: string): void {
    for (const name of ["requests", "tokens", "money"] as const) {
      const limit = this.limits[name];
      if (limit !== undefined && this.#spent[name] >= limit)
        throw new UserError(`the budget of ${limit} ${name} is spent (${this.#spent[name]}); ${model} was not asked`);
    }
    this.#spent.requests++;
  }

  /** Adds what a call has cost. */
  add({ usage }: Completion, model: string, prices: Prices | undefined): void {
    const { tokens, money } = this.limits;
    if (usage === undefined && (tokens !== undefined || money !== undefined))
      throw new UserError(
        `${model} does not say how many tokens it used, so a budget in tokens or money cannot be kept`,
      );
    if (usage === undefined) return;
    this.#spent.tokens += usage.promptTokens + usage.completionTokens;
    if (prices)
      this.#spent.money += (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1e6;
  }
}

/**
 * Calls only while the budget lasts. The call that goes beyond it is still answered: what it costs is known afterwards.
 * @param prices needed for a budget in money
 */
export function withBudget(model: ChatModel, budget: Budget, prices?: Prices): ChatModel {
  if (budget.limits.money !== undefined && !prices)
    throw new UserError(`a budget in money needs the prices of ${model.name}`);
  return {
    name: model.name,
    identity: model.identity,
    async chat(messages, options): Promise<Completion> {
      budget.take(model.name);
      const completion = await model.chat(messages, options);
      budget.add(completion, model.name, prices);
      return completion;
    },
    async *stream(messages: readonly ChatMessage[], options?: ChatOptions) {
      budget.take(model.name);
      const completion = yield* model.stream(messages, options);
      budget.add(completion, model.name, prices);
      return completion;
    },
  };
}
