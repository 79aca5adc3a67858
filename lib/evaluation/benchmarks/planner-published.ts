/** bot-with-plan, whose planner was evaluated on 50 requests. */
const REPOSITORY = "krasserm/bot-with-plan";
const README = `${REPOSITORY} README.md`;
const NOTEBOOK = `${REPOSITORY} planner_evaluation.ipynb`;

export const PLANNER_METRICS = ["pass_rate", "bad_task_rate", "completion_rate"] as const;
export type PlannerMetric = (typeof PLANNER_METRICS)[number];

/** A published mean over runs, with one of two measures of spread. */
export interface PublishedPlannerValue {
  readonly mean: number;
  readonly spread: number;
}

export interface PublishedPlannerSeries {
  readonly series: string;
  readonly runs: number;
  readonly requests: 50;
  /** `std`: population standard deviation (ddof 0); `stderr`: standard error (ddof 1). */
  readonly spread: "std" | "stderr";
  readonly metrics: Readonly<Record<PlannerMetric, PublishedPlannerValue>>;
  readonly source: string;
}

type Pair = readonly [mean: number, spread: number];

function series(
  name: string,
  [runs, spread, source]: readonly [number, PublishedPlannerSeries["spread"], string],
  ...values: readonly [pass: Pair, bad: Pair, completion: Pair]
): PublishedPlannerSeries {
  const [pass_rate, bad_task_rate, completion_rate] = values.map(([mean, value]) => ({ mean, spread: value }));
  const metrics = { pass_rate, bad_task_rate, completion_rate };
  return { series: name, runs, requests: 50, spread, metrics, source };
}

const FIRST_README = [4, "std", `${README}, before commit 80c86fa`] as const;
const FIRST = [4, "stderr", NOTEBOOK] as const;
const MASKING = [12, "stderr", `${NOTEBOOK}, prompt masking`] as const;

/** All published series. The first four and the next four are the same runs, with another measure of spread. */
export const PLANNER_PUBLISHED: readonly PublishedPlannerSeries[] = [
  series("zero-shot 8bit", FIRST_README, [0.72, 0.05], [0.3, 0.04], [0.88, 0.02]),
  series("fine-tuned 4bit", FIRST_README, [0.89, 0.04], [0.14, 0.01], [0.96, 0.02]),
  series("fine-tuned 8bit", FIRST_README, [0.88, 0.04], [0.09, 0.01], [0.95, 0.03]),
  series("gpt-4", FIRST_README, [0.91, 0.05], [0.07, 0.01], [0.97, 0.02]),
  series("zero-shot 8bit", FIRST, [0.72, 0.03], [0.3, 0.02], [0.88, 0.01]),
  series("fine-tuned 4bit", FIRST, [0.89, 0.02], [0.14, 0.01], [0.96, 0.01]),
  series("fine-tuned 8bit", FIRST, [0.88, 0.02], [0.09, 0.01], [0.95, 0.02]),
  series("gpt-4", FIRST, [0.91, 0.03], [0.07, 0.01], [0.97, 0.01]),
  series("prompt-and-completion", MASKING, [0.88, 0.01], [0.12, 0.01], [0.99, 0]),
  series("completion-only", MASKING, [0.85, 0.01], [0.14, 0.01], [0.98, 0.01]),
  series("gpt-4", MASKING, [0.9, 0.01], [0.11, 0.01], [0.98, 0.01]),
];

/** p values of the published t-tests of the two ways of masking. */
export const PLANNER_MASKING_P = {
  pass_rate: 0.1,
  bad_task_rate: 0.22,
  source: `${NOTEBOOK}, prompt masking`,
} as const;

/** Those that can stand beside series of ours: four runs, with standard errors. */
export const PLANNER_PUBLISHED_BESIDE = PLANNER_PUBLISHED.filter(
  ({ spread, runs }) => spread === "stderr" && runs === 4,
);
