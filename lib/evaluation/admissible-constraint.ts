import type { Turn } from "../trajectory/index.ts";
import { ACT, encodeSegments, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import { TokenTrie, type Constraint } from "../model/index.ts";

/** Most tokens of a thought when the action is constrained; then the separator is forced. */
const THOUGHT_LIMIT = 4;

/**
 * Restricts an agent turn to admissible commands: the thought is free text of at most four tokens, the action one of
 * the given commands exactly as the template writes it. One instance serves all rows; commands are encoded once.
 */
export class AdmissibleConstraint {
  readonly #template: ChatTemplate;
  readonly #tokenizer: Tokenizer;
  readonly #act: number;
  readonly #thoughtOrAct: readonly number[];
  readonly #encoded = new Map<string, readonly number[]>();

  constructor(template: ChatTemplate, tokenizer: Tokenizer) {
    this.#template = template;
    this.#tokenizer = tokenizer;
    this.#act = tokenizer.special(ACT);
    const ids = Array.from({ length: tokenizer.size }, (_, id) => id);
    this.#thoughtOrAct = ids.filter((id) => id === this.#act || !tokenizer.isSpecial(id));
  }

  /** For one turn that says one of these commands. */
  turn(commands: readonly string[]): Constraint {
    const encoded = commands.map((command) => this.#encode(command));
    const hasThought = encoded.some((ids) => ids.includes(this.#act)); // not in a template without thoughts
    const actions = new TokenTrie(encoded.map((ids) => ids.slice(ids.lastIndexOf(this.#act) + 1)));
    return hasThought
      ? new ThoughtAndAction(this.#act, this.#thoughtOrAct, actions.constraint())
      : actions.constraint();
  }

  /** Tokens of an agent turn with this action and no thought, from after `<|assistant|>` up to and with `<|end|>`. */
  #encode(command: string): readonly number[] {
    const known = this.#encoded.get(command);
    if (known !== undefined) return known;
    const turn: Turn = { role: "assistant", content: command, action: command };
    const ids = encodeSegments(this.#template.renderTurns([turn]), this.#tokenizer).slice(1);
    this.#encoded.set(command, ids);
    return ids;
  }
}

/** A free thought, the separator, and an action. */
class ThoughtAndAction implements Constraint {
  readonly #act: number;
  readonly #thoughtOrAct: readonly number[];
  readonly #action: Constraint;
  /** Tokens of the thought so far; null once it is over. */
  #thought: number | null = 0;

  constructor(act: number, thoughtOrAct: readonly number[], action: Constraint) {
    this.#act = act;
    this.#thoughtOrAct = thoughtOrAct;
    this.#action = action;
  }

  get isDone(): boolean {
    return this.#thought === null && this.#action.isDone;
  }

  allowed(): ReturnType<Constraint["allowed"]> {
    if (this.#thought === null) return this.#action.allowed();
    return this.#thought < THOUGHT_LIMIT ? this.#thoughtOrAct : [this.#act];
  }

  accept(id: number): void {
    if (this.#thought === null) this.#action.accept(id);
    else this.#thought = id === this.#act ? null : this.#thought + 1;
  }
}
