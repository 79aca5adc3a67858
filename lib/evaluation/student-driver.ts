import { assert } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";
import { encodeSegments, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import type { Constraint, RowDriver } from "../model/index.ts";
import type { AdmissibleConstraint } from "./admissible-constraint.ts";

export interface StudentDriverOptions {
  readonly name: string;
  readonly seed: number | string;
  /** Called when the episode begins; the environment is let go when it ends. */
  readonly createEnvironment: () => Environment;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly stepLimit: number;
  /** Restricts actions to the admissible ones; null for free play. */
  readonly constraint: AdmissibleConstraint | null;
}

/**
 * Connects one row of batched generation to one environment: what the model generates becomes an action, the
 * environment's answer the next tokens to read. Records the episode in the environment's real words.
 */
export class StudentDriver implements RowDriver {
  readonly #options: StudentDriverOptions;
  readonly #turns: Turn[] = [];
  #environment: Environment | null = null;
  #task: Trajectory["task"] | null = null;
  #steps = 0;
  #invalid = 0;
  #reward = 0;
  // Stands where generation ends without another turn: the row was full.
  #stop: Trajectory["stop"] = "context_limit";

  constructor(options: StudentDriverOptions) {
    this.#options = options;
  }

  start(): number[] {
    const { createEnvironment, template, tokenizer } = this.#options;
    this.#environment = createEnvironment();
    this.#task = { ...this.#environment.task };
    const first = this.#environment.reset();
    this.#turns.push({ role: "user", content: first });
    return encodeSegments(template.renderUser(first, "user"), tokenizer);
  }

  constraint(): Constraint | null {
    return this.#options.constraint?.turn(this.#playing().actions()) ?? null;
  }

  turn(generated: readonly number[]): number[] | null {
    const { template, tokenizer, stepLimit } = this.#options;
    const { thought, action } = template.parseAgent(generated, tokenizer);
    const result = this.#playing().step(action);
    this.#turns.push(
      thought === null
        ? { role: "assistant", content: `Action: ${action}`, action }
        : { role: "assistant", content: `Thought: ${thought}\nAction: ${action}`, thought, action },
      { role: "user", content: result.observation },
    );
    this.#steps++;
    if (result.invalid) this.#invalid++;
    this.#reward = result.reward;
    if (result.done || this.#steps >= stepLimit) {
      this.#stop = result.done ? "success" : "step_limit";
      return null;
    }
    return encodeSegments(template.renderUser(result.observation), tokenizer);
  }

  end(): void {
    this.#environment = null;
  }

  /** The episode as played so far; it must have begun. */
  trajectory(): Trajectory {
    const { name, seed } = this.#options;
    assert(this.#task, "an episode that has not begun");
    return {
      id: `${this.#task.id}/${name}`,
      environment: "household",
      task: this.#task,
      agent: name,
      seed,
      turns: this.#turns,
      reward: this.#reward,
      success: this.#stop === "success",
      steps: this.#steps,
      invalid: this.#invalid,
      stop: this.#stop,
    };
  }

  #playing(): Environment {
    assert(this.#environment, "an episode that is not being played");
    return this.#environment;
  }
}
