import * as fs from "node:fs";
import * as path from "node:path";
import { readJson } from "../../base/index.ts";
import {
  compareArms,
  knowSelfTable,
  summarise,
  type Interval,
  type KnowSelfRow,
  type Metric,
  type SummaryRow,
} from "../../evaluation/index.ts";
import type { SetComparison } from "../../plots/index.ts";
import type { Rule } from "../../knowledge/index.ts";
import type { Run } from "../run.ts";
import type { EvaluationRow } from "../stages/evaluation.ts";
import { TOLD } from "./agents.ts";
import { agentTitle, readChatRows } from "./evaluation.ts";
import { readRules } from "./knowledge.ts";
import { chatOf } from "./models.ts";
import { domainsOf, testSets, type Domain } from "./sets.ts";

/** One line of the main table: an agent on a set of tasks. */
export interface ChatRow extends KnowSelfRow {
  readonly domain: Domain;
  /** In [0, 1]; in households the same as success. */
  readonly reward: Interval;
  /** Means of a task. */
  readonly requests: number;
  readonly cost: number | null;
}

/** Every figure of an experiment with chat models. */
export interface ChatResults {
  readonly main: readonly ChatRow[];
  /** Each agent against ReAct on the same tasks: success in households, reward in shops. */
  readonly comparisons: readonly (SetComparison & { readonly domain: Domain })[];
  readonly byType: readonly (SummaryRow<"split" | "arm" | "taskType"> & { readonly domain: Domain })[];
  readonly rules: readonly {
    readonly domain: Domain;
    readonly id: string;
    readonly type: string;
    readonly rule: string;
  }[];
  /** What calls to servers have cost in all sittings. */
  readonly spent: { readonly requests: number; readonly tokens: number; readonly money: number };
}

export function chatResults(runs: readonly Run[]): ChatResults {
  const variants = new Set(runs.map(({ arm }) => arm)).size;
  const labelled = (run: string, arm: string): string => (variants > 1 ? `${run}: ${arm}` : arm);
  const rows = runs.flatMap(readChatRows).map((row) => ({ ...row, arm: labelled(row.run, row.arm) }));
  const domains = new Map(runs.flatMap((run) => testSets(run)).map(({ name, domain }) => [name, domain]));
  const domainOf = ({ split }: Pick<EvaluationRow, "split">): Domain => domains.get(split)!;
  const mean = (metric: Metric) => summarise(rows.filter((row) => row.metric === metric), ["split", "arm"]); // prettier-ignore
  const [rewards, requests, costs] = (["reward", "requests", "cost"] as const).map(mean);
  const of = (list: typeof rewards, { set, arm }: KnowSelfRow) =>
    list.find((row) => row.split === set && row.arm === arm);
  const inQuestion = (domain: Domain): Metric => (domain === "shop" ? "reward" : "success");
  return {
    main: knowSelfTable(rows).map((row): ChatRow => {
      const { value, low, high } = of(rewards, row)!;
      return {
        ...{ ...row, domain: domains.get(row.set)!, reward: { value, low, high } },
        ...{ requests: of(requests, row)!.value, cost: of(costs, row)?.value ?? null },
      };
    }),
    comparisons: runs
      .filter((run, index) => runs.findIndex(({ arm }) => arm === run.arm) === index)
      .flatMap((run) => compared(run, rows, labelled, domains, inQuestion)),
    byType: summarise(rows, ["split", "arm", "taskType"])
      .filter((row) => row.metric === inQuestion(domainOf(row)))
      .map((row) => ({ ...row, domain: domainOf(row) })),
    rules: rulesOf(runs[0]),
    spent: spentIn(runs),
  };
}

function compared(
  run: Run,
  rows: readonly EvaluationRow[],
  labelled: (run: string, arm: string) => string,
  domains: ReadonlyMap<string, Domain>,
  inQuestion: (domain: Domain) => Metric,
): ChatResults["comparisons"] {
  const { agents } = chatOf(run);
  if (!agents.includes("react")) return [];
  const title = (agent: (typeof agents)[number]): string => labelled(run.arm, agentTitle(run, agent));
  return [...domains].flatMap(([set, domain]) => {
    const own = rows.filter(({ split }) => split === set);
    return agents
      .filter((agent) => agent !== "react")
      .map((agent) => ({
        ...{ ...compareArms(own, title(agent), title("react"), inQuestion(domain)), set, domain },
      }));
  });
}

function rulesOf(run: Run): ChatResults["rules"] {
  if (!chatOf(run).agents.some((agent) => TOLD.includes(agent))) return [];
  return domainsOf(run).flatMap((domain) =>
    readRules(run, domain).map(({ id, type, rule }: Rule) => ({ domain, id, type, rule })),
  );
}

function spentIn(runs: readonly Run[]): ChatResults["spent"] {
  const ledgers = runs.map(({ folder }) => path.join(folder, "spent.json")).filter((file) => fs.existsSync(file));
  const all = ledgers.map((file) => readJson<ChatResults["spent"]>(file));
  const sum = (key: keyof ChatResults["spent"]): number => all.reduce((total, each) => total + each[key], 0);
  return { requests: sum("requests"), tokens: sum("tokens"), money: sum("money") };
}
