import type { Environment } from "../environments/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";
import { encodeSegments, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import type { RowDriver } from "../model/index.ts";
import type { AdmissibleConstraint } from "./admissible-constraint.ts";

export interface StudentDriverOptions {
  readonly name: string;
  readonly seed: number | string;
  readonly environment: Environment;
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
  #steps = 0;
  #invalid = 0;
  #reward = 0;
  // Stands where generation ends without another turn: the row was full.
  #stop: Trajectory["stop"] = "context_limit";
  #allowed: ((generated: readonly number[]) => readonly number[]) | null = null;

  constructor(options: StudentDriverOptions) {
    this.#options = options;
  }

  start(): number[] {
    const { environment, template, tokenizer } = this.#options;
    const first = environment.reset();
    this.#turns.push({ role: "user", content: first });
    this.#constrain();
    return encodeSegments(template.renderUser(first, "user"), tokenizer);
  }

  allowed(generated: readonly number[]): readonly number[] | null {
    return this.#allowed?.(generated) ?? null;
  }

  turn(generated: readonly number[]): number[] | null {
    const { environment, template, tokenizer, stepLimit } = this.#options;
    const { thought, action } = template.parseAgent(generated, tokenizer);
    const result = environment.step(action);
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
    this.#constrain();
    return encodeSegments(template.renderUser(result.observation), tokenizer);
  }

  /** The episode as played so far. */
  trajectory(): Trajectory {
    const { environment, name, seed } = this.#options;
    return {
      id: `${environment.task.id}/${name}`,
      environment: "household",
      task: { ...environment.task },
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

  #constrain(): void {
    const { constraint, environment } = this.#options;
    this.#allowed = constraint === null ? null : constraint.turn(environment.actions());
  }
}
