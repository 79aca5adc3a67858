import type { StepPair, Trajectory } from "../../trajectory/index.ts";
import type { Skip, Verdict } from "./compare-step.ts";

/** What one gold trajectory gave. */
export interface TaskOutcome {
  readonly idx: number;
  readonly id: string;
  readonly type: string;
  /** Why the trajectory was not used at all. */
  readonly dropped?: string;
  /** Steps at which the agent did the same as the gold one. */
  readonly same: number;
  /** Steps that were not compared, by reason. */
  readonly skipped: Readonly<Partial<Record<Skip, number>>>;
  readonly pairs: readonly StepPair[];
  readonly noFind: readonly StepPair[];
}

/** Counts the steps of one gold trajectory. */
export class StepTally {
  readonly pairs: StepPair[] = [];
  readonly noFind: StepPair[] = [];
  readonly #task: Pick<TaskOutcome, "idx" | "id" | "type">;
  readonly #skipped: Partial<Record<Skip, number>> = {};
  #same = 0;

  constructor({ id, task }: Trajectory, idx: number) {
    this.#task = { idx, id, type: task.type };
  }

  skip(why: Skip): void {
    this.#skipped[why] = (this.#skipped[why] ?? 0) + 1;
  }

  count(verdict: Verdict): void {
    if (verdict.kind === "same") this.#same++;
    if (verdict.kind === "skipped") this.skip(verdict.why);
  }

  outcome(): TaskOutcome {
    const { pairs, noFind } = this;
    return { ...this.#task, same: this.#same, skipped: this.#skipped, pairs, noFind };
  }

  dropped(why: string): TaskOutcome {
    return { ...this.outcome(), dropped: why };
  }
}
