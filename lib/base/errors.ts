/** A mistake in what the user gave (a file, a value, a flag): shown as one clear message, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Work that was stopped on request (Ctrl-C) after its state was saved; the same command continues it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Fails with `message` where `condition` does not hold. For internal invariants, not for user input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${message}`);
}
