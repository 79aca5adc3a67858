/** What one turn of one row may say, token by token. An instance serves one turn. */
export interface Constraint {
  /** The tokens that may come next, or null for all; stop tokens among them where the turn may end. Asked once a token. */
  allowed(): ArrayLike<number> | null | Promise<ArrayLike<number> | null>;
  /** Takes in the token that was chosen among them, be it a stop token. */
  accept(id: number): void;
  /** Nothing can follow, so that the turn ends here even without a stop token. */
  readonly isDone: boolean;
  /** Frees what it holds. Called once, by whoever asked for the constraint. */
  dispose?(): void;
}

/** Every token of a vocabulary of `size` but this one, at every place. */
export function withoutToken(token: number, size: number): Constraint {
  const others = Array.from({ length: size }, (_, id) => id).filter((id) => id !== token);
  return { allowed: () => others, accept: () => undefined, isDone: false };
}
