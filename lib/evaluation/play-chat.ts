import { Interrupted } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import type { ChatMessage, ChatModel } from "../llm/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";

/** What playing needs of a chat model. */
export type Chat = Pick<ChatModel, "chat">;

export interface PlayChatOptions {
  /** Each is made when its episode begins. */
  readonly environments: readonly (() => Environment)[];
  readonly model: Chat;
  /** The agent's name in the trajectories. */
  readonly name: string;
  /** The system message; default: the format that `parseAnswer` reads. */
  readonly instructions?: string;
  /** Episodes played at once. */
  readonly parallel: number;
  readonly temperature?: number;
  /** Most tokens of an answer. */
  readonly maxTokens?: number;
  readonly stepLimit: number;
  /** Recorded in the trajectories and, where it is a number, given to the model. */
  readonly seed: number | string;
  readonly signal?: AbortSignal;
}

const INSTRUCTIONS = `You act in a house that is described to you in text. Reach the goal that you are given.
Answer each time with a short thought and exactly one command, in two lines:
Thought: what you need next
Action: the command
Commands: go to R, open R, close R, take O from R, put O in/on R, use O, heat O with R, cool O with R, clean O with R,
slice O with O, examine R, look, inventory. Name things with their numbers, such as "mug 1".`;

/** Where a model goes on to make up what it would see. */
const STOP = ["\nObservation:"];

/** Plays every environment once with a chat model; trajectories in the order of the environments. */
export async function playChat(options: PlayChatOptions): Promise<Trajectory[]> {
  const { environments, parallel, signal } = options;
  const trajectories: Trajectory[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < environments.length) {
      if (signal?.aborted) throw new Interrupted("stopped while a chat model was playing");
      const index = next++;
      trajectories[index] = await playEpisode(environments[index](), options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, environments.length) }, lane));
  return trajectories;
}

async function playEpisode(environment: Environment, options: PlayChatOptions): Promise<Trajectory> {
  const { model, name, stepLimit, seed, instructions = INSTRUCTIONS } = options;
  const { temperature, maxTokens, signal } = options;
  const turns: Turn[] = [{ role: "user", content: environment.reset() }];
  const system: ChatMessage = { role: "system", content: instructions };
  const asked = { temperature, maxTokens, signal, stop: STOP, ...(typeof seed === "number" ? { seed } : {}) };
  const answerOf = async (): Promise<string> => {
    const messages = turns.map(({ role, content }): ChatMessage => ({ role, content }));
    return (await model.chat([system, ...messages], asked)).text;
  };
  let [steps, invalid, reward, success] = [0, 0, 0, false];
  while (steps < stepLimit && !success) {
    const { content, thought, action } = parseAnswer(await answerOf());
    const result = environment.step(action);
    turns.push(
      { role: "assistant", content, ...(thought === null ? {} : { thought }), action },
      { role: "user", content: result.observation },
    );
    steps++;
    if (result.invalid) invalid++;
    reward = result.reward;
    success = result.done;
  }
  return {
    ...{ id: `${environment.task.id}/${name}`, environment: "household", task: { ...environment.task }, agent: name },
    ...{ seed, turns, reward, success, steps, invalid, stop: success ? "success" : "step_limit" },
  };
}

/**
 * The first `Thought:` and `Action:` of an answer; what follows the action's line, such as an observation that the model
 * made up, is dropped. Without `Action:` the whole answer is taken as the command, which the environment then refuses.
 */
export function parseAnswer(answer: string): { content: string; thought: string | null; action: string } {
  const text = answer.trim();
  const at = text.indexOf(ACTION);
  if (at < 0) return { content: text, thought: null, action: text };
  const [command] = text.slice(at + ACTION.length).split("\n", 1);
  const thought = /Thought:([^]*)/.exec(text.slice(0, at))?.[1].trim();
  return {
    content: text.slice(0, at + ACTION.length + command.length).trim(),
    thought: thought || null,
    action: command.trim(),
  };
}

const ACTION = "Action:";
