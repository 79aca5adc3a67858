import type { Random } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";
import type { Agent, Decision } from "./agent.ts";

/** Now and then another command is carried out than the agent's: it learns to recover, and the slip is not trained on. */
export interface Slips {
  readonly probability: number;
  readonly random: Random;
  choose(admissible: readonly string[], intended: Decision, random: Random): string;
}

export interface EpisodeOptions {
  readonly stepLimit: number;
  /** Recorded in the trajectory. */
  readonly seed: number | string;
  /** The kind of environment, recorded in the trajectory. Default `household`. */
  readonly environment?: string;
  readonly slips?: Slips;
}

/** Plays one episode from the start and records it with the environment's real texts. */
export function playEpisode(environment: Environment, agent: Agent, options: EpisodeOptions): Trajectory {
  const { slips } = options;
  const first = environment.reset();
  const turns: Turn[] = [{ role: "user", content: first }];
  let [steps, invalid, reward] = [0, 0, 0];
  let stop: Trajectory["stop"] = "step_limit";
  agent.begin(first);
  while (steps < options.stepLimit) {
    const decision = agent.act(() => environment.actions());
    if (!decision) {
      stop = "gave_up";
      break;
    }
    const slip = slips?.random.chance(slips.probability) ?? false;
    const action = slip ? slips!.choose(environment.actions(), decision, slips!.random) : decision.action;
    const turn: Turn = { ...agentTurn(decision.thought, action), ...(slip ? { loss: false } : {}) };
    const result = environment.step(action);
    turns.push(turn, { role: "user", content: result.observation });
    agent.observe(action, result.observation);
    steps++;
    if (result.invalid) invalid++;
    reward = result.reward;
    if (result.done) {
      stop = "success";
      break;
    }
  }
  return {
    id: `${environment.task.id}/${agent.name}`,
    environment: options.environment ?? "household",
    task: environment.task,
    agent: agent.name,
    seed: options.seed,
    turns,
    reward,
    success: stop === "success",
    steps,
    invalid,
    stop,
  };
}

function agentTurn(thought: string | undefined, action: string): Turn {
  return thought
    ? { role: "assistant", content: `Thought: ${thought}\nAction: ${action}`, thought, action }
    : { role: "assistant", content: `Action: ${action}`, action };
}
