import type { Environment } from "../../environments/index.ts";
import type { ChatModel, ChatOptions } from "../../llm/index.ts";
import { parseHouseholdAction } from "./actions.ts";
import { observationText, type Message } from "./conversation.ts";

/** The model whose steps are looked at, and how it is asked. */
export interface Target {
  readonly model: Pick<ChatModel, "chat">;
  /** Default: temperature 0, at most 1024 tokens. */
  readonly options?: Omit<ChatOptions, "stop" | "schema" | "tools" | "toolChoice" | "n" | "logprobs">;
}

/** The model's next turn after these messages. It ends where the model goes on to make up what it would see. */
export async function nextTurn(target: Target, messages: readonly Message[], attempt = 0): Promise<string> {
  const options = { temperature: 0, maxTokens: 1024, ...target.options, stop: ["\nObservation:"] };
  // Another seed for another attempt: the same request would get the same answer, from a cache in any case.
  const again = attempt === 0 ? {} : { seed: (options.seed ?? 0) + attempt };
  return (await target.model.chat([...messages], { ...options, ...again })).text;
}

/** An environment that is played in KnowSelf's messages: whole turns in, `Observation: …` out. */
export class Explorer {
  readonly #environment: Environment;
  /** All messages since the last reset, the first ones included. */
  history: Message[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Starts the task anew. The environment's own first observation is not shown: `first` is, as the gold turns have it. */
  reset(first: readonly Message[]): void {
    this.#environment.reset();
    this.history = [...first];
  }

  /** Carries out the last action of the turn; a turn without one is answered and changes nothing. */
  step(turn: string): { observation: string; won: boolean } {
    const command = parseHouseholdAction(turn);
    const result = command.ok ? this.#environment.step(command.value) : null;
    const observation = result ? observationText(result.observation) : NO_ACTION;
    this.history.push({ role: "assistant", content: turn }, { role: "user", content: observation });
    return { observation, won: result?.done ?? false };
  }
}

const NO_ACTION = "Observation: That cannot be read: an answer needs a line with 'Action: ' and the action.";
