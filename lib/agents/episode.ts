import type { Random } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import { situatedText, type Trajectory, type Turn } from "../trajectory/index.ts";
import type { Agent, Decision } from "./agent.ts";

/**
 * Now and then another command is carried out than the agent's: it learns to recover, and the slip is not trained on. A
 * slip has no thought, by which a student tells it from what the agent means; with the agent's thought kept beside it,
 * a student took longer to learn to copy the right number.
 */
export interface Slips {
  readonly probability: number;
  readonly random: Random;
  choose(admissible: readonly string[], random: Random): string;
}

export interface EpisodeOptions {
  readonly stepLimit: number;
  /** Recorded in the trajectory. */
  readonly seed: number | string;
  /** The kind of environment, recorded in the trajectory. Default `household`. */
  readonly environment?: string;
  readonly slips?: Slips;
}

function situationOf({ knowledge, reconsidered }: Decision): Pick<Turn, "situation"> {
  if (knowledge !== undefined) return { situation: "knowledgeable" };
  return reconsidered ? { situation: "slow" } : {};
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
    let turn: Turn;
    if (slips && slips.random.chance(slips.probability)) {
      const action = slips.choose(environment.actions(), slips.random);
      turn = { role: "assistant", content: `Action: ${action}`, action, loss: false };
    } else {
      const decision = agent.act(() => environment.actions());
      if (!decision) {
        stop = "gave_up";
        break;
      }
      turn = { role: "assistant", content: situatedText(decision), ...decision, ...situationOf(decision) };
    }
    const result = environment.step(turn.action!);
    turns.push(turn, { role: "user", content: result.observation });
    agent.observe(turn.action!, result.observation);
    steps++;
    if (result.invalid) invalid++;
    reward = result.reward;
    if (result.done) {
      stop = reward >= 1 ? "success" : "finished";
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
