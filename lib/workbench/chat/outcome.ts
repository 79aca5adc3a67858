import { armMeansFigure, pairedDifferencesFigure, successWithinFigure } from "../../plots/index.ts";
import type { Outcome } from "../outcome.ts";
import type { Recipe } from "../recipe.ts";
import type { SummaryBlock } from "../report/index.ts";
import type { Run } from "../run.ts";
import { chatOf, isScripted } from "./models.ts";
import { chatResults, type ChatResults } from "./results.ts";
import { costTable, mainTable, paperTable, typeTable } from "./tables.ts";

/** What an experiment with chat models found. */
export function chatOutcome(recipe: Recipe, runs: readonly Run[]): Promise<Outcome> {
  const results = chatResults(runs);
  return Promise.resolve({
    results,
    table: mainTable(results),
    caption: "Agents over a chat model, with 95 % intervals",
    introduction: introduction(recipe, runs, results),
    blocks: blocks(runs, results),
  });
}

function introduction({ quick }: Recipe, runs: readonly Run[], { spent }: ChatResults): string {
  const settings = runs.map(chatOf);
  const named = ({ model, baseUrl }: (typeof settings)[number]): string =>
    baseUrl === undefined ? "a scripted player" : `\`${model}\` at ${baseUrl}`;
  const models = [...new Set(settings.map(named))];
  const anyScripted = settings.some((each) => isScripted(each));
  return [
    ...(anyScripted
      ? [
          "**Scripted: no language model took part.** A program answered in its place. It errs by chance, and not when it",
          "has been told a rule; so the figures show that everything works, and say nothing about the methods. Its tokens are words.",
        ]
      : []),
    ...(quick ? ["**A quick run, far too small for a result.**"] : []),
    `KnowSelf's inference and the methods that it is compared with, played by ${models.join(", ")}.`,
    ...(spent.requests > 0
      ? [
          `All sittings together: ${spent.requests} requests to servers, ${spent.tokens} tokens` +
            `${spent.money > 0 ? `, ${spent.money.toFixed(4)} in the prices of the recipe` : ""}.`,
        ]
      : []),
  ].join(" ");
}

const READING = [
  "*ReAct*: a thought and an action a turn. *Reflexion*: the best of several trials, with a lesson after each lost one; its",
  "tokens are those of all trials. *ExpeL*: insights and similar episodes from training tasks in the prompt. *KnowAgent*:",
  "the task's action knowledge in the prompt. *WKM-style*: task knowledge in the prompt, and similar states vote for the next",
  "action. *KnowSelf, prompt only*: the tokens are explained. *KnowSelf*, *always told*, *never told*: the inference for a",
  "model trained with the tokens, without examples or explanation; a model that was not trained so hardly asks. Know% and",
  "Reflect% are shares of all actions; knowledge in the prompt counts as 100, as in the paper. Success in a shop is the",
  "whole reward. Intervals are Wilson's for proportions of one seed, and bootstrapped over tasks and seeds else.",
].join(" ");

function blocks(runs: readonly Run[], results: ChatResults): SummaryBlock[] {
  const { main, comparisons, byType, rules } = results;
  const [households, shops] = (["household", "shop"] as const).map((domain) =>
    main.filter((row) => row.domain === domain),
  );
  const { stepLimit } = chatOf(runs[0]);
  const differences = (domain: "household" | "shop", title: string): SummaryBlock[] => {
    const own = comparisons.filter((row) => row.domain === domain);
    if (own.length === 0) return [];
    return [{ figure: pairedDifferencesFigure(own, title), description: `${title}, the same tasks paired` }];
  };
  const sets = [...new Set(main.map(({ set }) => set))];
  return [
    { markdown: READING },
    { table: costTable(results), caption: "What a task took, in the mean", limit: 200 },
    ...(households.length > 0
      ? [
          {
            figure: successWithinFigure(households, stepLimit.household),
            description: "Success in households within 10, 20 and all steps",
          },
        ]
      : []),
    ...differences("household", "Against ReAct: success"),
    ...(shops.length > 0
      ? [
          {
            figure: armMeansFigure(
              shops.map(({ arm, set, games, seeds, reward }) => ({ arm, set, games, seeds, ...reward })),
              { title: "Reward in shops", measure: "Reward" },
            ),
            description: "Mean reward in shops",
          },
        ]
      : []),
    ...differences("shop", "Against ReAct: reward"),
    ...(shops.length > 0 ? [{ markdown: SIGNS }] : []),
    ...sets.map((set) => ({
      table: typeTable(byType.filter(({ split }) => split === set)),
      caption: `By task type: ${set} (${shops.some((row) => row.set === set) ? "reward × 100" : "success %"})`,
    })),
    ...[households, shops]
      .flatMap((rows) => rows.at(-1) ?? []) // the published tasks come last
      .map(({ set, domain }) => ({
        table: paperTable(results, set),
        caption:
          `The paper's ${domain === "shop" ? "rewards × 100 on WebShop" : "success % on ALFWorld"} beside ours on ` +
          `“${set}”: two experiments, told apart by their columns`,
      })),
    ...(rules.length > 0 ? [{ table: rules, caption: "The rules that were given", limit: 200 }] : []),
  ];
}

const SIGNS =
  "Of rewards, the column “McNemar” is the sign test: on how many tasks an agent earned more, and on how many less.";
