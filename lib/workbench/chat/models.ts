import { setMaxListeners } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, UserError, writeJson } from "../../base/index.ts";
import { knowSelfPromptFormat, scriptedPlayer, SearchTeacher, Shopper, UsageMeter } from "../../agents/index.ts";
import { createHouseholdGenerator, PlacementPrior } from "../../environments/index.ts";
import {
  Budget,
  folderStore,
  ModelError,
  openAiChatModel,
  openAiCompletionsModel,
  withBudget,
  withCache,
  withRetry,
  type ChatModel,
  type ModelErrorKind,
  type Completion,
  type Prices,
} from "../../llm/index.ts";
import { experimentFolder, type Run } from "../run.ts";
import { SCRIPTED, type ChatSettings, type EndpointSettings } from "./settings.ts";

/** The settings of a run with chat models; for the stages that only such runs have. */
export function chatOf({ settings }: Pick<Run, "settings">): ChatSettings {
  if (!settings.chat) throw new Error("internal error: a recipe without settings for chat models");
  return settings.chat;
}

/** A chat model in one of its roles, with what its tokens cost. */
export interface Role {
  readonly model: ChatModel;
  readonly prices: Prices | undefined;
}

export interface Roles {
  readonly player: Role;
  /** Writes and chooses rules. */
  readonly selector: Role;
  /** Plays the `knowself` agents. */
  readonly trained: Role;
  /** What was paid for in all sittings so far: calls that were made, not those from the cache. */
  readonly spent: () => Budget["spent"];
}

export const isScripted = ({ model }: Pick<EndpointSettings, "model">): boolean => model === SCRIPTED;

/** What decides the answers of a run's models, for the signatures of stages. */
export function identitiesOf(run: Run): Record<string, unknown> {
  const { model, baseUrl, selector, trained } = chatOf(run);
  const own = (endpoint: { model: string; baseUrl?: string; format?: string } | undefined) =>
    endpoint && { model: endpoint.model, baseUrl: endpoint.baseUrl, format: endpoint.format };
  return { player: { model, baseUrl }, selector: own(selector), trained: own(trained) };
}

/** Where the answers of all runs are kept: what was asked before is never asked again. */
export const answersFolder = (run: Pick<Run, "experiment">): string =>
  path.join(path.dirname(experimentFolder({ name: run.experiment, quick: false })), "answers");

/** The models of a run, each behind one cache, one retry layer and one budget. Throws `UserError` where a key is missing. */
export function openRoles(run: Run): Roles {
  const settings = chatOf(run);
  const ledger = path.join(run.folder, "spent.json");
  const before = fs.existsSync(ledger) ? readJson<Budget["spent"]>(ledger) : undefined;
  const budget = new Budget(settings.budget, before);
  const role = (endpoint: EndpointSettings & { format?: "llama3" | "gemma" | "qwen" }): Role => {
    const { prices } = endpoint;
    if (isScripted(endpoint)) return { model: scripted(run), prices };
    const paid = withLedger(withBudget(clientOf(endpoint), budget, prices), () => writeJson(ledger, budget.spent));
    return { model: withCache(withRetry(paid), folderStore(answersFolder(run))), prices };
  };
  const player = role(settings);
  return {
    player,
    selector: settings.selector ? role(settings.selector) : player,
    trained: settings.trained ? role(settings.trained) : player,
    spent: () => budget.spent,
  };
}

function clientOf(endpoint: EndpointSettings & { format?: "llama3" | "gemma" | "qwen" }): ChatModel {
  const { model, baseUrl, keyVariable, format } = endpoint;
  const apiKey = keyVariable === undefined ? undefined : process.env[keyVariable];
  if (keyVariable !== undefined && !apiKey)
    throw new UserError(
      `the key of ${model} is looked for in the environment variable ${keyVariable}, which is not set`,
    );
  const options = { url: baseUrl!, model, ...(apiKey && { apiKey }) };
  return format === undefined
    ? openAiChatModel(options)
    : openAiCompletionsModel({ ...options, format: knowSelfPromptFormat(format) });
}

/** Games from which the scripted player knows where things usually lie. */
const PRIOR_GAMES = 300;

export function searchPrior(run: Pick<Run, "seed">): PlacementPrior {
  const source = createHouseholdGenerator({ seed: run.seed, split: "train" });
  return PlacementPrior.fromGames(Array.from({ length: PRIOR_GAMES }, (_, index) => source.game(index)));
}

function scripted(run: Run): ChatModel {
  const prior = searchPrior(run);
  const { shop } = chatOf(run).stepLimit;
  return scriptedPlayer({
    teachers: { household: () => new SearchTeacher(prior), shop: () => new Shopper({ stepLimit: shop }) },
  });
}

function withLedger(model: ChatModel, save: () => void): ChatModel {
  return {
    ...model,
    chat: async (messages, options) => {
      try {
        return await model.chat(messages, options);
      } finally {
        save();
      }
    },
  };
}

/** What an episode costs, an answer from the cache counted as when it was made; null where some price is not known. */
export class CostMeter {
  readonly usage: UsageMeter;
  #money: number | null = 0;

  constructor(usage = new UsageMeter()) {
    this.usage = usage;
  }

  get money(): number | null {
    return this.#money;
  }

  /** The same model, counted. */
  count({ model, prices }: Role): ChatModel {
    const add = (completion: Completion): Completion => {
      const { usage } = completion;
      const known = prices && usage && this.#money !== null;
      this.#money = known
        ? this.#money! + (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1e6
        : null;
      return completion;
    };
    return this.usage.count({ ...model, chat: async (messages, options) => add(await model.chat(messages, options)) });
  }
}

/** Work with models: of one that does not answer it says what a user can do about it. */
export async function explained<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  setMaxListeners(0, signal); // every call under way listens
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new UserError(
      `${error.message}\n${HINTS[error.kind] ?? ""}What was reached is kept, and the same command goes on from there.`,
    );
  }
}

const HINTS: Partial<Record<ModelErrorKind, string>> = {
  authentication: "Look at chat.keyVariable in the recipe. ",
  connection: "Look at chat.baseUrl in the recipe: does a server listen there? ",
};
