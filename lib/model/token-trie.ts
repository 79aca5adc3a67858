import { assert, UserError } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";

interface Node {
  readonly next: Map<number, Node>;
}

/**
 * Admissible token sequences, as a tree of their common beginnings. Where one sequence is the beginning of another, both
 * must end with the stop token: else the longer could never be told from the shorter.
 */
export class TokenTrie {
  readonly #root: Node = { next: new Map() };

  constructor(sequences: Iterable<readonly number[]>) {
    for (const ids of sequences) {
      if (ids.length === 0) throw new UserError("an admissible token sequence is empty");
      let node = this.#root;
      let isNew = false;
      for (const id of ids) {
        let next = node.next.get(id);
        if (next === undefined) {
          if (node.next.size === 0 && node !== this.#root && !isNew) throw beginning(ids);
          isNew = true;
          next = { next: new Map() };
          node.next.set(id, next);
        }
        node = next;
      }
      if (node.next.size > 0) throw beginning(ids);
    }
  }

  /** Lets one turn say one of the sequences. */
  constraint(): Constraint {
    return new TrieConstraint(this.#root);
  }
}

const beginning = (ids: readonly number[]): UserError =>
  new UserError(`of the admissible token sequences, one is the beginning of another: [${ids.join(", ")}]`);

class TrieConstraint implements Constraint {
  #node: Node;

  constructor(root: Node) {
    this.#node = root;
  }

  get isDone(): boolean {
    return this.#node.next.size === 0;
  }

  allowed(): readonly number[] {
    return [...this.#node.next.keys()];
  }

  accept(id: number): void {
    const next = this.#node.next.get(id);
    assert(next !== undefined, `token ${id} is not admissible here`);
    this.#node = next;
  }
}
