import { assert } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import { KNOWLEDGE, situatedText, type Trajectory, type Turn } from "../trajectory/index.ts";
import { encodeSegments, END, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import { withoutToken, type Constraint, type GeneratedToken, type RowDriver } from "../model/index.ts";
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
  /** For a student that knows KnowSelf's situations. */
  readonly knowledge?: KnowledgeSource;
}

/** When a student gets knowledge, and what. */
export interface KnowledgeSource {
  /** When it asks, at every turn, or never: then it cannot ask. */
  readonly mode: "adaptive" | "always" | "never";
  /** The rule for the next turn of this episode; empty: there is none. Null: not even that is said, where nobody asked. */
  readonly ask: (turns: readonly Turn[]) => string | null;
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
  /** Given in the turn that is being generated. */
  #knowledge: string | null = null;
  #isAsking = false;
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
    return [...encodeSegments(template.renderUser(first, "user"), tokenizer), ...this.#always()];
  }

  constraint(): Constraint | null {
    const { constraint, knowledge, tokenizer } = this.#options;
    if (constraint) return constraint.turn(this.#playing().actions());
    return knowledge?.mode === "never" ? withoutToken(tokenizer.special(KNOWLEDGE), tokenizer.size) : null;
  }

  token({ id }: GeneratedToken): boolean {
    const { knowledge, tokenizer } = this.#options;
    // The token ends the turn, as one of the stop tokens.
    this.#isAsking = knowledge !== undefined && id === tokenizer.special(KNOWLEDGE);
    return false;
  }

  turn(generated: readonly number[]): number[] | null {
    const { template, tokenizer, stepLimit, knowledge } = this.#options;
    const isAsking = this.#isAsking;
    this.#isAsking = false;
    // Asked as the first thing of a turn, and once; anywhere else it is a turn that broke off.
    if (isAsking && knowledge && generated.length === 0 && this.#knowledge === null)
      return this.#give(knowledge, false);
    const { thought, action, reconsidered } = template.parseAgent(generated, tokenizer);
    const given = this.#knowledge;
    this.#knowledge = null;
    const result = this.#playing().step(action);
    const said = {
      ...(thought === null ? {} : { thought }),
      action,
      ...(given === null ? {} : { knowledge: given }),
      ...(reconsidered ? { reconsidered } : {}),
      ...(given !== null || reconsidered
        ? { situation: given === null ? ("slow" as const) : ("knowledgeable" as const) }
        : {}),
    };
    this.#turns.push(
      { role: "assistant", content: situatedText(said), ...said },
      { role: "user", content: result.observation },
    );
    this.#steps++;
    if (result.invalid) this.#invalid++;
    this.#reward = result.reward;
    if (result.done || this.#steps >= stepLimit) {
      this.#stop = result.done ? "success" : "step_limit";
      return null;
    }
    return [
      ...(isAsking ? [tokenizer.special(END)] : []),
      ...encodeSegments(template.renderUser(result.observation), tokenizer),
      ...this.#always(),
    ];
  }

  #always(): number[] {
    const { knowledge } = this.#options;
    return knowledge?.mode === "always" ? this.#give(knowledge, true) : [];
  }

  #give({ ask }: KnowledgeSource, withToken: boolean): number[] {
    const { template, tokenizer } = this.#options;
    const rule = ask(this.#turns);
    if (rule === null && withToken) return [];
    this.#knowledge = rule ?? "";
    return encodeSegments(template.renderKnowledge(this.#knowledge, withToken), tokenizer);
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
