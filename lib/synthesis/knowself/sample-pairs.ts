import { Interrupted, type OnProgress } from "../../base/index.ts";
import type { StepPair, Trajectory } from "../../trajectory/index.ts";
import type { Skip } from "./compare-step.ts";
import { PairJournal, type PairFiles } from "./pair-journal.ts";
import type { TaskOutcome } from "./task-outcome.ts";

export interface SamplePairsOptions {
  readonly gold: readonly Trajectory[];
  /** What one gold trajectory gives, see `householdPairs` and `shopPairs`. */
  readonly sample: (gold: Trajectory, index: number) => Promise<TaskOutcome>;
  /** Ids of trajectories to leave alone (KnowSelf's `ignore_task_id.json`). */
  readonly ignored?: ReadonlySet<string>;
  /** Most pairs of a task type. The knowledge base was built from 6. */
  readonly perType?: number;
  /** Most pairs in all. For the shop's knowledge base there were 20. */
  readonly limit?: number;
  /** Where pairs are written. A run that was stopped goes on with the same files. */
  readonly files?: PairFiles;
  /** What decides the pairs beside the gold (model, prompt, temperature ...): a run goes on only with the same. */
  readonly settings?: unknown;
  /** Trajectories worked on at once. Default 1. The result does not depend on it. */
  readonly parallel?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface SampleReport {
  readonly pairs: readonly StepPair[];
  readonly noFind: readonly StepPair[];
  /** Gold trajectories whose steps were looked at. */
  readonly used: number;
  readonly dropped: readonly { readonly id: string; readonly why: string }[];
  /** Steps at which the agent did the same as the gold one. */
  readonly same: number;
  readonly skipped: Readonly<Partial<Record<Skip, number>>>;
  readonly byType: Readonly<Record<string, number>>;
}

/** Collects pairs of steps over the gold trajectories, in their order, until all are done or the limits are reached. */
export async function samplePairs(options: SamplePairsOptions): Promise<SampleReport> {
  const { gold, sample, ignored, files, parallel = 1, onProgress, signal } = options;
  const { settings, perType, limit } = options;
  const ids = gold.map(({ id }) => id);
  const journal = files && new PairJournal(files, { settings, perType, limit, ids });
  const collection = new Collection(options);
  // Outcomes wait here until all before them are there; null: not looked at.
  const outcomes: (TaskOutcome | null | undefined)[] = [];
  const known = Math.max(-1, ...(journal?.found.keys() ?? []));
  let [next, done] = [0, 0];
  let failed = false;

  const settle = (): void => {
    for (let outcome = outcomes[done]; outcome !== undefined; outcome = outcomes[++done]) {
      if (outcome !== null && collection.add(outcome) && !journal?.found.has(outcome.idx)) journal?.add(outcome);
      outcomes[done] = null;
      onProgress?.({ done: done + 1, total: gold.length, note: `${collection.pairs.length} pairs` });
    }
  };
  const lane = async (): Promise<void> => {
    while (next < gold.length && !failed && !collection.isFull()) {
      if (signal?.aborted) throw new Interrupted(`stopped after ${done} of ${gold.length} gold trajectories`);
      const index = next++;
      const trajectory = gold[index];
      if (index <= known) outcomes[index] = journal?.found.get(index) ?? null;
      else if (ignored?.has(trajectory.id) || collection.isFull(trajectory.task.type)) outcomes[index] = null;
      else outcomes[index] = await sample(trajectory, index);
      settle();
    }
  };
  onProgress?.({ done: 0, total: gold.length });
  const lanes = Array.from({ length: Math.max(1, parallel) }, () =>
    lane().catch((error: unknown) => {
      failed = true; // The other lanes finish what they have begun, and begin nothing.
      throw error;
    }),
  );
  for (const result of await Promise.allSettled(lanes)) if (result.status === "rejected") throw result.reason;
  journal?.finish(collection.pairs, collection.noFind);
  return collection.report();
}

/** What was found so far, within the limits. */
class Collection {
  readonly pairs: StepPair[] = [];
  readonly noFind: StepPair[] = [];
  readonly #perType: number;
  readonly #limit: number;
  readonly #types: ReadonlySet<string>;
  readonly #byType: Record<string, number> = {};
  readonly #dropped: { id: string; why: string }[] = [];
  readonly #skipped: Partial<Record<Skip, number>> = {};
  #used = 0;
  #same = 0;

  constructor({ gold, perType = Infinity, limit = Infinity }: SamplePairsOptions) {
    this.#perType = perType;
    this.#limit = limit;
    this.#types = new Set(gold.map(({ task }) => task.type));
  }

  /** Whether no pair of this type, or of any, is wanted any more. */
  isFull(type?: string): boolean {
    if (this.pairs.length >= this.#limit) return true;
    if (type !== undefined) return (this.#byType[type] ?? 0) >= this.#perType;
    return [...this.#types].every((each) => (this.#byType[each] ?? 0) >= this.#perType);
  }

  /** False, and nothing is taken, where its type is full: then it need not have been looked at. */
  add(outcome: TaskOutcome): boolean {
    const { id, type, dropped, pairs } = outcome;
    if (this.isFull(type)) return false;
    if (dropped !== undefined) {
      this.#dropped.push({ id, why: dropped });
      return true;
    }
    const room = Math.min(this.#perType - (this.#byType[type] ?? 0), this.#limit - this.pairs.length);
    const taken = pairs.slice(0, room);
    this.pairs.push(...taken);
    this.noFind.push(...outcome.noFind);
    if (taken.length > 0) this.#byType[type] = (this.#byType[type] ?? 0) + taken.length;
    for (const [why, count] of Object.entries(outcome.skipped) as [Skip, number][])
      this.#skipped[why] = (this.#skipped[why] ?? 0) + count;
    this.#same += outcome.same;
    this.#used++;
    return true;
  }

  report(): SampleReport {
    const { pairs, noFind } = this;
    return {
      ...{ pairs, noFind, used: this.#used, dropped: this.#dropped },
      ...{ same: this.#same, skipped: this.#skipped, byType: this.#byType },
    };
  }
}
