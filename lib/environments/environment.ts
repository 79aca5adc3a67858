/** What a task is, for grouping results; the environment's own data stays inside it. */
export interface TaskInfo {
  readonly id: string;
  readonly type: string;
  /** `generated` (ours) or the published benchmark's name. */
  readonly source: string;
  readonly split: string;
  /** The goal in words. */
  readonly goal: string;
}

export interface StepResult {
  readonly observation: string;
  /** In [0, 1]; what the benchmark counts. */
  readonly reward: number;
  readonly done: boolean;
  /** The action was refused and changed nothing. */
  readonly invalid: boolean;
}

/**
 * A text environment. Deterministic for a given task. A wrong action is an observation, never an exception.
 * `reset` starts the task anew and returns the first observation.
 */
export interface Environment {
  readonly task: TaskInfo;
  reset(): string;
  step(action: string): StepResult;
  /** The commands admissible now, sorted. */
  actions(): string[];
  /** An independent copy in the same state. */
  clone(): Environment;
}
