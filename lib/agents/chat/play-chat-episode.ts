import { Interrupted, UserError } from "../../base/index.ts";
import type { Environment, StepResult } from "../../environments/index.ts";
import { ModelError } from "../../llm/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import type { AgentTurn, ChatAgent } from "./chat-agent.ts";
import type { UsageMeter } from "./usage-meter.ts";

export interface ChatEpisodeOptions {
  readonly stepLimit: number;
  /** Recorded in the trajectory. */
  readonly seed: number | string;
  /** The kind of environment, recorded in the trajectory. Default `household`. */
  readonly environment?: string;
  /** Counts the agent's models; what the episode cost goes into the trajectory as `extra.usage`. */
  readonly meter?: UsageMeter;
  readonly signal?: AbortSignal;
}

/**
 * Plays one episode from the start and records it with the environment's real texts. A turn without an action is
 * answered with the agent's complaint; it counts as a refused step and leaves the environment alone, as in KnowSelf's
 * `eval_agent/envs`. Only an end that earns the whole reward is a success. A conversation that outgrows the model's
 * context ends the episode (`context_limit`); any other trouble of a model, and a context too small for the first turn, is
 * thrown, for it says nothing about the agent.
 */
export async function playChatEpisode(
  environment: Environment,
  agent: ChatAgent,
  options: ChatEpisodeOptions,
): Promise<Trajectory> {
  const { stepLimit, seed, meter, signal } = options;
  const checkSignal = (): void => {
    if (signal?.aborted) throw new Interrupted("stopped while a chat model was playing");
  };
  checkSignal();
  const before = meter?.usage;
  const first = environment.reset();
  const turns: Turn[] = [{ role: "user", content: first }];
  let [steps, invalid, reward] = [0, 0, 0];
  let done = false;
  let stop: Trajectory["stop"] = "step_limit";
  try {
    await agent.begin(first, environment.task, signal);
    while (steps < stepLimit && !done) {
      checkSignal();
      const said = await agent.act();
      if (said === null) {
        stop = "gave_up";
        break;
      }
      const result = said.action === undefined ? complaintOf(said) : environment.step(said.action);
      turns.push(turnOf(said), { role: "user", content: result.observation });
      agent.observe(result);
      steps++;
      if (result.invalid) invalid++;
      ({ reward, done } = result);
    }
  } catch (error) {
    if (steps === 0 || !isContextError(error)) throw error;
    stop = "context_limit";
    reward = 0;
  }
  const success = done && reward >= 1;
  const usage = meter && before && { usage: meter.since(before) };
  return {
    id: `${environment.task.id}/${agent.name}`,
    environment: options.environment ?? "household",
    task: { ...environment.task },
    agent: agent.name,
    seed,
    turns,
    reward,
    success,
    steps,
    invalid,
    stop: done ? (success ? "success" : "finished") : stop,
    ...((usage || agent.notes) && { extra: { ...agent.notes, ...usage } }),
  };
}

/** A turn as it is recorded. */
export function turnOf({ complaint: _, ...said }: AgentTurn): Turn {
  return { role: "assistant", ...said };
}

const complaintOf = ({ complaint }: AgentTurn): StepResult => ({
  observation: complaint ?? "The answer holds no action.",
  reward: 0,
  done: false,
  invalid: true,
});

/** Servers have no common code for a prompt that is too long, but much the same words; the student here has its own. */
function isContextError(error: unknown): boolean {
  if (error instanceof UserError) return error.message.includes("leaves no room in the context");
  if (!(error instanceof ModelError) || error.kind !== "request") return false;
  return /context|too (?:long|many tokens)|maximum (?:input |sequence )?length/i.test(error.message);
}
