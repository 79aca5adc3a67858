import { summarise, type Metric, type ResultRow, type SummaryRow } from "./rows.ts";
import { clusterBootstrap, type Interval } from "./statistics.ts";

/** One line of KnowSelf's main table: an arm on a set of games. Rates are in [0, 1]. */
export interface KnowSelfRow {
  readonly set: string;
  readonly arm: string;
  readonly games: number;
  readonly seeds: number;
  /** Success within so many steps; the last is the step limit of the games. */
  readonly within: { readonly 10: Interval | null; readonly 20: Interval | null; readonly limit: Interval };
  /** Mean steps of all games, and of won ones. */
  readonly steps: number | null;
  readonly stepsIfWon: number | null;
  /** Know% and Reflect%: actions with knowledge, and reconsidered ones, over all actions of all games. */
  readonly knowledge: Interval | null;
  readonly reflection: Interval | null;
  /** Refused actions over all actions of all games. */
  readonly refused: Interval | null;
  /** Mean tokens of a game. */
  readonly tokens: number | null;
}

/** A rate of actions over all actions, as the paper defines Know%: a long game counts more than a short one. */
export type SituationRow = Interval & {
  readonly arm: string;
  readonly split: string;
  readonly taskType?: string;
  readonly metric: ActionRate;
  /** Episodes. */
  readonly n: number;
};
export type ActionRate = Extract<Metric, "knowledge_rate" | "reflection_rate" | "invalid_rate">;
const ACTION_RATES: readonly ActionRate[] = ["knowledge_rate", "reflection_rate", "invalid_rate"];

/**
 * Rates over all actions by arm and set, and by task type where wanted. The rates of the episodes are weighed by their
 * steps; intervals are bootstrapped over tasks and seeds.
 */
export function actionRates(rows: readonly ResultRow[], byTaskType = false): SituationRow[] {
  const episode = ({ run, arm, seed, taskId, split, source }: ResultRow): string =>
    JSON.stringify([run, arm, seed, taskId, split, source]);
  const steps = new Map(rows.filter(({ metric }) => metric === "steps").map((row) => [episode(row), row.value]));
  const groups = new Map<string, ResultRow[]>();
  for (const row of rows) {
    if (!ACTION_RATES.includes(row.metric as ActionRate)) continue;
    const key = JSON.stringify([row.split, row.arm, byTaskType ? row.taskType : "", row.metric]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key)!.push(row);
  }
  return [...groups.values()].map((own) => {
    const [{ arm, split, taskType, metric }] = own;
    const weighed = own.map((row) => ({ ...row, weight: steps.get(episode(row)) ?? 0 }));
    return {
      ...{ arm, split, ...(byTaskType ? { taskType } : {}) },
      ...{ metric: metric as ActionRate, n: own.length, ...clusterBootstrap(weighed) },
    };
  });
}

/** The main table from result rows of any number of arms, sets (`split`) and seeds: set by set, in order of appearance. */
export function knowSelfTable(rows: readonly ResultRow[]): KnowSelfRow[] {
  const summary = summarise(rows, ["split", "arm"]);
  const rates = actionRates(rows);
  const sets = [...new Set(rows.map(({ split }) => split))];
  return sets
    .flatMap((set) => summary.filter(({ metric, split }) => metric === "success" && split === set))
    .map(({ split, arm, tasks, seeds, ...success }) => {
      const of = <T extends SummaryRow<"split" | "arm"> | SituationRow>(list: readonly T[], metric: Metric): T | null =>
        list.find((row) => row.metric === metric && row.split === split && row.arm === arm) ?? null;
      const mean = (metric: Metric): number | null => of(summary, metric)?.value ?? null;
      return {
        ...{ set: split, arm, games: tasks, seeds },
        within: {
          10: interval(of(summary, "success_10")),
          20: interval(of(summary, "success_20")),
          limit: interval(success),
        },
        steps: mean("steps"),
        stepsIfWon: mean("steps_if_won"),
        knowledge: interval(of(rates, "knowledge_rate")),
        reflection: interval(of(rates, "reflection_rate")),
        refused: interval(of(rates, "invalid_rate")),
        tokens: mean("tokens"),
      };
    });
}

function interval(of: Interval): Interval;
function interval(of: Interval | null): Interval | null;
function interval(of: Interval | null): Interval | null {
  return of && { value: of.value, low: of.low, high: of.high };
}

const NONE = "–";
const percent = (rate: number): string => (100 * rate).toFixed(1);
/** A rate in per cent with its interval in brackets; a dash where there is none. */
export const percentWithInterval = (rate: Interval | null): string =>
  rate === null ? NONE : `${percent(rate.value)} (${percent(rate.low)}–${percent(rate.high)})`;
const rate = (of: Interval | null): string => (of === null ? NONE : percent(of.value));
const rounded = (value: number | null, digits: number): string => (value === null ? NONE : value.toFixed(digits));

/** The table in words, for people. Rates are in per cent, in brackets the 95 % interval. */
export function formatKnowSelfTable(table: readonly KnowSelfRow[], stepLimit = 40): Record<string, string | number>[] {
  return table.map((row) => ({
    games: row.set,
    player: row.arm,
    n: row.seeds > 1 ? `${row.games} × ${row.seeds} seeds` : row.games,
    "≤ 10 steps, %": percentWithInterval(row.within[10]),
    "≤ 20 steps, %": percentWithInterval(row.within[20]),
    [`≤ ${stepLimit} steps, %`]: percentWithInterval(row.within.limit),
    steps: rounded(row.steps, 1),
    "Know%": rate(row.knowledge),
    "Reflect%": rate(row.reflection),
    "refused %": rate(row.refused),
    tokens: rounded(row.tokens, 0),
  }));
}
