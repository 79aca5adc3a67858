/** For tests: plans and workers without processes. */
import { setTimeout as sleep } from "node:timers/promises";
import { WorkerLost, type Executor } from "./executor.ts";
import type { RolloutPlan } from "./plan.ts";
import type { ShardWork } from "./shards.ts";

/** Random players, as many games each as given; the files are called `name`. */
export function randomPlan(games: readonly number[], output: (match: number) => string): RolloutPlan {
  const matches = games.map((count, match) => ({
    player: { kind: "random" as const },
    games: {
      source: "generated" as const,
      ids: Array.from({ length: count }, (_, i) => `generated-test-${match}-${i}`),
    },
    output: output(match),
  }));
  return { matches, stepLimit: 5, seed: 0 };
}

/** The row that a fake worker makes of a game. */
export const fakeRow = (id: string): string => JSON.stringify({ id, text: "naïve → ✓" });

/**
 * Workers that answer after a moment, in an order of their own. `fate` decides what comes of the shard that is given as
 * number `call` (from 0): an answer, a lost worker, or an error.
 */
export class FakeExecutor implements Executor {
  readonly capacity: number;
  readonly #fate: (call: number, work: ShardWork) => "answer" | "lost" | Error;
  /** Games of every shard that was given, in order. */
  readonly given: (readonly string[])[] = [];
  running = 0;
  most = 0;
  closed = false;

  constructor(capacity: number, fate: (call: number, work: ShardWork) => "answer" | "lost" | Error = () => "answer") {
    this.capacity = capacity;
    this.#fate = fate;
  }

  async run(work: ShardWork): Promise<string[]> {
    const call = this.given.length;
    this.given.push(work.games.ids);
    this.most = Math.max(this.most, ++this.running);
    await sleep((call * 7) % 5);
    this.running--;
    const fate = this.#fate(call, work);
    if (fate === "lost") throw new WorkerLost("the machine went away");
    if (fate instanceof Error) throw fate;
    return work.games.ids.map(fakeRow);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
