import { formatKnowSelfTable, type KnowSelfRow } from "../../evaluation/index.ts";
import {
  pairedDifferencesFigure,
  scalingFigure,
  situationsByTypeFigure,
  successAgainstKnowledgeFigure,
  successWithinFigure,
} from "../../plots/index.ts";
import type { Outcome } from "../outcome.ts";
import { quickNotice, seedsText } from "../outcome-text.ts";
import type { Recipe } from "../recipe.ts";
import type { SummaryBlock } from "../report/index.ts";
import type { Run } from "../run.ts";
import { knowSelfResults, type KnowSelfResults } from "./results.ts";

/** What a KnowSelf experiment found. */
export function knowSelfOutcome(recipe: Recipe, runs: readonly Run[]): Promise<Outcome> {
  const results = knowSelfResults(runs);
  return Promise.resolve({
    results,
    table: formatKnowSelfTable(togetherOf(results.main)),
    caption: "Both kinds of households: success within 10, 20 and 40 steps, with 95 % intervals",
    introduction: introduction(recipe),
    blocks: blocks(results),
  });
}

function introduction(recipe: Recipe): string {
  return [
    ...quickNotice(recipe),
    "KnowSelf's stages on a small student of our own that has learnt half of its trade",
    `(${seedsText(recipe)}).`,
    "Half of the households keep things where such things usually lie; the other half have ways of their own, and what is",
    "known of these was learnt in earlier games. This is a real experiment in small: a student of a few hundred thousand",
    "parameters and scripted stand-ins for the models that write and select rules. It says nothing about large models.",
  ].join(" ");
}

const READING = [
  "*Base*: the half-trained student. *All fast*: fine-tuned on the gold trajectories as they are. *Stage 1* and *KnowSelf*:",
  "on gold trajectories that ask for knowledge and think again where the base would have erred, without and with the second",
  "stage, which learns from the student's own failures. *Always told* and *never told*: the same student, given a rule at",
  "every turn, or none. *By words*, *any rule*: its rules chosen by a poorer selector. *Without …*: trained without that",
  "situation. *Full knowledge*: trained and played with the rules of what the task names at every turn; *by need*: with the",
  "rule of what is to be found next, and none while nothing is, which also tells how far the task is. Know% and Reflect% are shares of all actions. Intervals are bootstrapped over games and seeds.",
].join(" ");

/** The sets of both kinds of households, which the questions are about. */
const togetherOf = (main: readonly KnowSelfRow[]): KnowSelfRow[] =>
  main.filter(({ set }) => set.endsWith("both kinds"));

function blocks({ main, comparisons, byType, paper, scaling, generalisation }: KnowSelfResults): SummaryBlock[] {
  const sets = togetherOf(main);
  return [
    { markdown: READING },
    { figure: successWithinFigure(main), description: "Success within 10, 20 and 40 steps by arm and set" },
    {
      figure: pairedDifferencesFigure(
        comparisons.filter(({ set }) => sets.some((row) => row.set === set)),
        `Against ${comparisons.at(0)?.armB ?? "KnowSelf"}: success within 20 steps`,
      ),
      description: "Paired differences of each arm to KnowSelf, or to its first stage where that is all",
    },
    { figure: successAgainstKnowledgeFigure(sets), description: "Success within 20 steps against Know%" },
    {
      figure: situationsByTypeFigure(byType.filter(({ split }) => split === sets[0].set)),
      description: "Know% and Reflect% by task type",
    },
    ...Object.entries(scaling)
      .filter(([, rows]) => rows.length > 0)
      .map(([set, rows]) => ({
        figure: scalingFigure(rows, `Share of self-aware data, ${set}`),
        description: `Success within 20 steps by the share of self-aware data, ${set}`,
      })),
    ...(generalisation.table.length === 0
      ? []
      : [
          {
            table: generalisation.table,
            caption: "Trained on put, clean and examine only: success on the task types seen and not seen",
            limit: 100,
          },
          {
            figure: pairedDifferencesFigure(
              generalisation.comparisons,
              "On unseen task types: KnowSelf's stage 1 against SFT",
            ),
            description: "Paired differences on unseen task types",
          },
        ]),
    {
      table: formatKnowSelfTable(main.filter((row) => !sets.includes(row))),
      caption: "Each kind of household by itself",
      limit: 200,
    },
    { table: paper, caption: "The paper's results and ours: two experiments, told apart by their columns" },
  ];
}
