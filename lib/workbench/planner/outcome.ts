import {
  formatGeneralisation,
  formatPlannerSeries,
  formatPublishedPlanner,
  generalisationTable,
  PLANNER_PUBLISHED,
  PLANNER_PUBLISHED_BESIDE,
  type GeneralisationRow,
} from "../../evaluation/index.ts";
import { generalisationFigure, plannerSeriesFigure, stepsTakenFigure, stopReasonsFigure } from "../../plots/index.ts";
import type { Outcome } from "../outcome.ts";
import { quickNotice, seedsText } from "../outcome-text.ts";
import type { Recipe } from "../recipe.ts";
import type { SummaryBlock } from "../report/index.ts";
import type { Run } from "../run.ts";
import { readRequestRows } from "./evaluation.ts";
import { readGeneralisation } from "./generalisation.ts";
import { plannerResults, type PlannerResults } from "./results.ts";

/** What a planner experiment found. */
export async function plannerOutcome(recipe: Recipe, runs: readonly Run[]): Promise<Outcome> {
  const results = plannerResults(runs);
  const answered = (await Promise.all(runs.map(readGeneralisation))).flat();
  const generalisation = generalisationTable(answered);
  return {
    results: { ...results, generalisation, published: PLANNER_PUBLISHED },
    table: formatPlannerSeries(results.series),
    caption: "Requests of worlds never seen: means over the runs of a series",
    introduction: introduction(recipe),
    blocks: [...blocks(results, runs), ...generalisationBlocks(generalisation)],
  };
}

function introduction(recipe: Recipe): string {
  return [
    ...quickNotice(recipe),
    "Planning apart from function calling, as in bot-with-plan, on a small student of our own",
    `(${seedsText(recipe)}).`,
    "A scripted teacher plans for requests of made-up worlds, simulated tools carry the plans out, a scripted judge rates",
    "them, and the student learns from what is rated well. Then it plans for requests about names that no training text has.",
    "Teacher, tools and judge are programs: this is a real experiment in small, and says nothing about large models.",
  ].join(" ");
}

const READING = [
  "*Zero-shot*: a student of the same shape before training, held to the plan's schema, told the tools. *Fine-tuned*: the",
  "trained one, held to the schema, told no tools. *pass_rate*: requests whose final answer is rated 4 or better; what was",
  "not finished counts as failed. *bad_task_rate*: steps whose task is rated below 4 among all judged steps, the final",
  "ones not counted. *completion_rate*: finished episodes. Runs of a series differ in what fails in the simulated tools;",
  "zero-shot runs also in their weights.",
].join(" ");

function blocks({ series, comparisons, bySteps, stops }: PlannerResults, runs: readonly Run[]): SummaryBlock[] {
  const rows = runs.flatMap(readRequestRows);
  return [
    { markdown: READING },
    { figure: plannerSeriesFigure(series, PLANNER_PUBLISHED_BESIDE), description: "The three metrics by series" },
    { figure: stepsTakenFigure(rows), description: "Steps taken by steps needed" },
    { figure: stopReasonsFigure(rows), description: "How episodes ended" },
    { table: comparisons.map(comparisonRow), caption: "Differences of means, and t-tests over runs", limit: 200 },
    {
      table: bySteps.map(({ series, needs, requests, episodes, passed, pass_rate, low, high }) => ({
        ...{ series, "steps needed": needs, requests, episodes, passed },
        "pass rate": pass_rate.toFixed(3),
        "95 % interval": `${low.toFixed(3)} – ${high.toFixed(3)}`,
      })),
      caption: "By the steps that a request needs",
      limit: 200,
    },
    { table: stops.map((row) => ({ ...row })), caption: "How episodes ended", limit: 200 },
    {
      table: formatPublishedPlanner(PLANNER_PUBLISHED),
      caption: "What was published for bot-with-plan: another experiment, with large models",
      limit: 200,
    },
  ];
}

function generalisationBlocks(table: readonly GeneralisationRow[]): SummaryBlock[] {
  return [
    { markdown: REAL_TOOLS },
    { figure: generalisationFigure(table), description: "Exact match and F1 with real tools" },
    { table: formatGeneralisation(table), caption: "With real tools, with 95 % intervals", limit: 200 },
  ];
}

const REAL_TOOLS = [
  "**With real tools.** The planner that learnt in simulation now has a search index, a calculator, a shell. The search is",
  "real (BM25). On the worlds' own questions a program that knows how the passages are written turns a passage into a",
  "result; on HotpotQA sentences and short answers are chosen by shared words, which hardly is reading: the lines of one",
  "search show how little such a reader can do. *Answer found*: the right answer stands in a result, whoever reads it.",
].join(" ");

const NONE = "–";

function comparisonRow({ a, b, metric, difference, student, welch }: PlannerResults["comparisons"][number]) {
  const test = (result: typeof student): string =>
    result === null ? NONE : `t = ${result.t.toFixed(2)}, p = ${result.p.toPrecision(2)}`;
  return {
    ...{ series: a, against: b, metric },
    difference: difference === null ? NONE : difference.toFixed(3),
    "t-test": test(student),
    "Welch's t-test": test(welch),
  };
}
