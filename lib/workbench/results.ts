import {
  classifyFailure,
  failureTable,
  summarise,
  type FailureRow,
  type ResultKey,
  type SummaryRow,
} from "../evaluation/index.ts";
import { readJson } from "../base/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { ARMS, readEpisodes, type Arm, type EvaluationRow } from "./stages/evaluation.ts";
import { stageFolder, type Run } from "./run.ts";

/** One line of the main table: who played what, and how well. Rates are in [0, 1]. */
export interface MainRow {
  readonly variant: string;
  readonly set: string;
  readonly arm: string;
  readonly games: number;
  readonly seeds: number;
  readonly success: number;
  /** 95 % interval: Wilson for one seed, cluster bootstrap over games and seeds for several. */
  readonly low: number;
  readonly high: number;
  /** Mean steps of won games. */
  readonly stepsIfWon: number | null;
  /** Mean share of refused commands. */
  readonly refused: number | null;
}

/** Every figure of a report, from the result rows of one or several runs. */
export interface Results {
  readonly main: readonly MainRow[];
  readonly byType: readonly SummaryRow<"run" | "arm" | "split" | "taskType">[];
  readonly learningCurve: readonly (SummaryRow<"run" | "arm"> & { readonly tokens: number })[];
  readonly failures: readonly (FailureRow & { readonly set: string; readonly variant: string })[];
}

/** The rows that a run's evaluation wrote. */
export const readRunRows = (run: Run): EvaluationRow[] =>
  readJson<EvaluationRow[]>(stageFolder(run, "evaluation", "rows.json"));

/** Results of these runs: seeds of one recipe arm together, recipe arms side by side. */
export async function resultsOf(runs: readonly Run[]): Promise<Results> {
  const all = runs.flatMap(readRunRows);
  const rows = all.filter((row) => row.snapshotTokens === undefined);
  const curve = all.filter((row) => row.snapshotTokens !== undefined);
  return {
    main: mainTable(rows),
    byType: only("success", summarise(rows, ["run", "split", "arm", "taskType"])),
    learningCurve: learningCurve(curve, rows),
    failures: await failuresOf(runs, rows),
  };
}

const only = <K extends ResultKey>(metric: string, rows: readonly SummaryRow<K>[]): SummaryRow<K>[] =>
  rows.filter((row) => row.metric === metric);

function mainTable(rows: readonly EvaluationRow[]): MainRow[] {
  const summary = summarise(rows, ["run", "split", "arm"]);
  const find = (of: (typeof summary)[number], metric: string): number | null =>
    summary.find((row) => row.metric === metric && row.run === of.run && row.split === of.split && row.arm === of.arm)
      ?.value ?? null;
  return only("success", summary).map((row) => ({
    variant: row.run,
    set: row.split,
    arm: row.arm,
    games: row.tasks,
    seeds: row.seeds,
    success: row.value,
    low: row.low,
    high: row.high,
    stepsIfWon: find(row, "steps_if_won"),
    refused: find(row, "invalid_rate"),
  }));
}

/**
 * The snapshots, and the finished student on the same games. Seeds differ a little in their tokens: the first snapshots
 * of all seeds make one point, the second ones another, at the mean of their tokens.
 */
function learningCurve(curve: readonly EvaluationRow[], rows: readonly EvaluationRow[]): Results["learningCurve"] {
  if (curve.length === 0) return [];
  const runOf = (row: EvaluationRow): string => `${row.run}/${row.seed}`;
  const tokensOf = new Map<string, number[]>();
  for (const run of new Set(curve.map(runOf))) {
    const counts = new Set(curve.filter((row) => runOf(row) === run).map((row) => row.snapshotTokens ?? 0));
    tokensOf.set(
      run,
      [...counts].sort((a, b) => a - b),
    );
  }
  const games = new Set(curve.map((row) => `${row.split}/${row.taskId}`));
  const final = rows.filter((row) => row.arm === ARMS.free && games.has(`${row.split}/${row.taskId}`));
  const snapshots = Math.max(...[...tokensOf.values()].map((counts) => counts.length));
  return Array.from({ length: snapshots + 1 }, (_, k) => {
    const point = k < snapshots ? curve.filter((row) => tokensOf.get(runOf(row))?.[k] === row.snapshotTokens) : final;
    return only("success", summarise(point, ["run", "arm"])).map((row) => {
      // Snapshots are evenly spaced, so that the finished student is one distance after the last.
      const counts = [...tokensOf].filter(([run]) => run.startsWith(`${row.run}/`)).map(([, all]) => all[0] * (k + 1));
      return { ...row, tokens: Math.round(counts.reduce((a, b) => a + b, 0) / counts.length) };
    });
  }).flat();
}

async function failuresOf(runs: readonly Run[], rows: readonly EvaluationRow[]): Promise<Results["failures"]> {
  const sets = [...new Set(rows.map((row) => row.split))];
  const result: Results["failures"][number][] = [];
  for (const variant of new Set(runs.map((run) => run.arm))) {
    for (const set of sets) {
      for (const arm of ["free", "admissible"] as const) {
        const episodes: Trajectory[] = [];
        for (const run of runs) if (run.arm === variant) episodes.push(...(await readEpisodes(run, set, arm)));
        result.push(...failureTable(episodes, ARMS[arm]).map((row) => ({ ...row, set, variant })));
      }
    }
  }
  return result;
}

/** Games of the student to read: the first lost ones with their class, then won ones. */
export async function sampleEpisodes(
  run: Run,
  set: string,
  arm: Arm,
  counts: { readonly lost: number; readonly won: number },
): Promise<Trajectory[]> {
  const episodes = await readEpisodes(run, set, arm);
  const lost = episodes.filter((episode) => !episode.success).slice(0, counts.lost);
  return [...lost, ...episodes.filter((episode) => episode.success).slice(0, counts.won)];
}

/** The failure class of a lost game, as a remark beside its title. */
export const failureNote = (episode: Trajectory): string | null => classifyFailure(episode)?.failure ?? null;

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;

/** The main table in words, for people. */
export function formatMain(rows: readonly MainRow[]): Record<string, string | number>[] {
  const several = new Set(rows.map((row) => row.variant)).size > 1;
  return rows.map((row) => ({
    ...(several ? { variant: row.variant } : {}),
    games: row.set,
    player: row.arm,
    n: row.seeds > 1 ? `${row.games} × ${row.seeds} seeds` : row.games,
    success: percent(row.success),
    "95 % interval": `${(100 * row.low).toFixed(1)} – ${(100 * row.high).toFixed(1)} %`,
    "steps if won": row.stepsIfWon === null ? "–" : row.stepsIfWon.toFixed(1),
    refused: row.refused === null ? "–" : percent(row.refused),
  }));
}
