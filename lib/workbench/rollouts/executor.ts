import { UserError } from "../../base/index.ts";
import { ModelError } from "../../llm/index.ts";
import type { ShardWork } from "./shards.ts";

/** Workers, wherever they are: each plays one shard after another. */
export interface Executor {
  /** So many shards may be given at once. */
  readonly capacity: number;
  /**
   * Plays a shard: one line of JSON for each of its games, in their order. Throws `WorkerLost` where the worker ended
   * before the answer: the shard may be given again.
   */
  run(work: ShardWork): Promise<string[]>;
  /** Ends the workers; shards that are being played are thrown away. */
  close(): Promise<void>;
}

/** A worker ended, or its machine did, before it had answered. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
}

/** A worker's answer to a shard. A failure is final: the worker is well, and the same would happen again. */
export type Reply = { readonly lines: readonly string[] } | Failure;

export interface Failure {
  readonly failure: string;
  /** It is for the user to mend rather than for us: a message without a stack. */
  readonly user: boolean;
}

/** The lines of a reply; throws the failure. */
export function linesOf(reply: Reply): string[] {
  if ("lines" in reply) return [...reply.lines];
  throw reply.user ? new UserError(reply.failure) : new Error(reply.failure);
}

/** What was thrown in a worker, as a reply. */
export function failureOf(error: unknown): Failure {
  const user = error instanceof UserError || error instanceof ModelError;
  const text = error instanceof Error ? (user ? error.message : (error.stack ?? error.message)) : String(error);
  return { failure: text, user };
}
