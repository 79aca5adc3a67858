import { Interrupted, UserError } from "../../base/index.ts";
import { WorkerLost, type Executor } from "./executor.ts";
import { taskNames, type Shard } from "./shards.ts";

/** A shard is given so many times before its loss is an error. */
const ATTEMPTS = 3;

export interface ShardRun {
  readonly shards: Iterable<Shard>;
  readonly executor: Executor;
  /** Takes each shard's lines once, in the order in which shards are finished. */
  readonly onDone: (shard: Shard, lines: readonly string[]) => void;
  readonly signal?: AbortSignal;
}

/**
 * Plays all shards, as many at once as the executor takes; only those are held in memory. A lost worker's shard is given
 * again, three times in all. Throws what a worker throws; `UserError` naming the tasks where a shard was lost each time;
 * `Interrupted` after `signal`. After an error the executor is to be closed.
 */
export async function runShards({ shards, executor, onDone, signal }: ShardRun): Promise<void> {
  const waiting = shards[Symbol.iterator]();
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const next = waiting.next();
      if (next.done) return;
      const lines = await played(next.value, executor);
      if (!stopped) onDone(next.value, lines);
    }
  };
  const all = Promise.all(Array.from({ length: executor.capacity }, lane));
  try {
    await stoppable(all, signal);
  } finally {
    stopped = true;
    all.catch(() => undefined); // what is thrown away after an error or a stop is no error of its own
  }
}

async function played(shard: Shard, executor: Executor): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const lines = await executor.run(shard.work);
      if (lines.length === shard.tasks) return lines;
      throw new Error(`internal error: ${lines.length} results for ${taskNames(shard)}`);
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      if (attempt >= ATTEMPTS)
        throw new UserError(`${taskNames(shard)}: lost with ${attempt} workers, the last: ${error.message}`);
    }
  }
}

/** Waits for `work`, at most until `signal`: then throws `Interrupted`. */
export async function stoppable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Interrupted("stopped while games were being played; what is done is kept"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
