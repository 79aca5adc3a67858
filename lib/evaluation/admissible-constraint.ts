import type { Turn } from "../trajectory/index.ts";
import { ACT, encodeSegments, type ChatTemplate, type Tokenizer } from "../labels/index.ts";

/** Most tokens of a thought when the action is constrained; then the separator is forced. */
const THOUGHT_LIMIT = 4;

interface Node {
  readonly next: Map<number, Node>;
}

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

  /** The rule for one turn: from the tokens generated so far to the tokens that may come next. */
  turn(commands: readonly string[]): (generated: readonly number[]) => readonly number[] {
    const root: Node = { next: new Map() };
    let thoughts = false;
    for (const command of commands) {
      const ids = this.#encode(command);
      const from = ids.lastIndexOf(this.#act) + 1; // 0 for a template without thoughts
      thoughts ||= from > 0;
      let node = root;
      for (const id of ids.slice(from)) {
        const next: Node = node.next.get(id) ?? { next: new Map() };
        node.next.set(id, next);
        node = next;
      }
    }
    return (generated) => {
      const at = generated.lastIndexOf(this.#act);
      if (thoughts && at < 0) return generated.length < THOUGHT_LIMIT ? this.#thoughtOrAct : [this.#act];
      let node: Node | undefined = root;
      for (const id of generated.slice(at + 1)) node = node?.next.get(id);
      return node === undefined ? [] : [...node.next.keys()];
    };
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
