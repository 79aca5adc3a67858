import { failureFigure, learningCurveFigure, successByTypeFigure, successBySplitFigure } from "../plots/index.ts";
import type { Outcome } from "./outcome.ts";
import { quickNotice, seedsText } from "./outcome-text.ts";
import type { Recipe } from "./recipe.ts";
import type { SummaryBlock } from "./report/index.ts";
import { formatMain, resultsOf, type MainRow, type Results } from "./results.ts";
import type { Run } from "./run.ts";

/** What the main walk found: how often the student wins, and how it fails. */
export async function walkOutcome(recipe: Recipe, runs: readonly Run[]): Promise<Outcome> {
  const results = await resultsOf(runs);
  return {
    results,
    table: formatMain(results.main),
    caption: "Success with 95 % intervals",
    introduction: introduction(recipe, runs),
    blocks: [{ markdown: READING }, ...figures(results)],
  };
}

function introduction(recipe: Recipe, runs: readonly Run[]): string {
  const sources = new Set(runs.map((run) => run.settings.games.source));
  const rooms = sources.has("alfworld")
    ? "rooms of the published ALFWorld training games, varied"
    : "generated households";
  const seeds = seedsText(recipe);
  return [
    ...quickNotice(recipe),
    `A small student, trained from scratch on episodes of a scripted teacher in ${rooms}, plays text games in the rules`,
    `and wording of ALFWorld (${recipe.arms.size === 1 ? seeds : `${recipe.arms.size} variants, ${seeds}`}).`,
    "The student is a language model of a few hundred thousand parameters that knows nothing but these games, and the",
    "teacher is a program: this is a real experiment in small, not a result about large models.",
  ].join(" ");
}

const READING = [
  "*Free*: the student says whatever it likes. *Admissible only*: it chooses among the commands that make sense in the",
  "state. *generated test*: games of our own in rooms that no training game has; *dev*: games held out to choose settings",
  "on; *valid_seen* and *valid_unseen*: the published ALFWorld games, played only where the data folder has them.",
  "Intervals are Wilson's for one seed and bootstrapped over games and seeds for several. Steps are of won games; refused",
  "is the mean share of commands that were answered by “Nothing happens.”",
].join(" ");

function figures(results: Results): SummaryBlock[] {
  const blocks: SummaryBlock[] = [];
  const variants = [...new Set(results.main.map((row) => row.variant))];
  const label = (row: { arm: string }, variant: string): string =>
    variants.length > 1 ? `${variant}: ${row.arm}` : row.arm;
  const shown = results.main.filter((row) => variants.length === 1 || row.arm === "student, free");
  blocks.push({
    figure: successBySplitFigure(shown.map((row) => estimate(row, label(row, row.variant)))),
    description: "Success by set of games, with intervals",
  });
  const [{ set, variant }] = results.main;
  const byType = results.byType.filter((row) => row.split === set && row.run === variant);
  blocks.push({
    figure: successByTypeFigure(byType, `Success by task type: ${set}`),
    description: "Success by task type",
  });
  if (results.learningCurve.length > 0) {
    const points = results.learningCurve.map((row) => ({ ...row, arm: label(row, row.run) }));
    blocks.push({ figure: learningCurveFigure(points), description: "Success of snapshots taken during training" });
  }
  const failures = results.failures.filter((row) => row.set === set && row.variant === variant);
  if (failures.length > 0) {
    const figure = failureFigure(failures, `Where lost games went wrong: ${set}`);
    blocks.push({ figure, description: "Lost games by class" });
  }
  return blocks;
}

const estimate = (row: MainRow, arm: string): Parameters<typeof successBySplitFigure>[0][number] => ({
  arm,
  split: row.set,
  n: row.games * row.seeds,
  value: row.success,
  low: row.low,
  high: row.high,
});
