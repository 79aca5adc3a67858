import {
  PAPER_MAIN,
  PAPER_PROMPT_ONLY,
  type Interval,
  type PaperModel,
  type PaperRow,
} from "../../evaluation/index.ts";
import { taskLabel } from "../../plots/index.ts";
import { AGENTS } from "./agents.ts";
import type { ChatResults, ChatRow } from "./results.ts";

const NONE = "–";
const percent = (rate: number): string => (100 * rate).toFixed(1);
const estimate = ({ value, low, high }: Interval): string => `${percent(value)} (${percent(low)}–${percent(high)})`;
const rounded = (value: number | null, digits: number): string => (value === null ? NONE : value.toFixed(digits));

/** The agent that a line is about; its title may have more before and behind it. */
function agentOf(arm: string): (typeof AGENTS)[keyof typeof AGENTS] | undefined {
  const title = arm.replace(/ \(scripted\)$/, "").replace(/^[a-z0-9-]+: /, "");
  return Object.values(AGENTS).find((agent) => agent.title === title);
}

/** Know%: counted from the turns, or all of them where the knowledge stands in the prompt, as the paper counts. */
function knowledge({ arm, knowledge: counted }: ChatRow): string {
  if (agentOf(arm)?.knowledge === "prompt") return "100 (prompt)";
  return counted === null ? NONE : percent(counted.value);
}

/** The main table in words. Rates are in per cent, rewards times 100, in brackets the 95 % interval. */
export function mainTable({ main }: Pick<ChatResults, "main">): Record<string, string | number>[] {
  const hasShops = main.some(({ domain }) => domain === "shop");
  return main.map((row) => ({
    ...headOf(row),
    n: row.seeds > 1 ? `${row.games} × ${row.seeds} seeds` : row.games,
    "success %": estimate(row.within.limit),
    ...(hasShops && { "reward × 100": row.domain === "shop" ? estimate(row.reward) : NONE }),
    "Know%": knowledge(row),
    "Reflect%": row.reflection === null ? NONE : percent(row.reflection.value),
  }));
}

/** What a task took: steps, requests, tokens, and money where all prices are known. */
export function costTable({ main }: Pick<ChatResults, "main">): Record<string, string | number>[] {
  const hasCosts = main.some(({ cost }) => cost !== null);
  return main.map((row) => ({
    ...headOf(row),
    steps: rounded(row.steps, 1),
    "refused %": row.refused === null ? NONE : percent(row.refused.value),
    requests: rounded(row.requests, 1),
    tokens: rounded(row.tokens, 0),
    ...(hasCosts && { cost: rounded(row.cost, 4) }),
  }));
}

const headOf = ({ set, arm }: ChatRow): { tasks: string; player: string } => ({ tasks: set, player: arm });

/** Agents down, task types across; a table a set. */
export function typeTable(rows: ChatResults["byType"]): Record<string, string>[] {
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  return arms.map((arm) => ({
    player: arm,
    ...Object.fromEntries(
      rows
        .filter((row) => row.arm === arm)
        .map(({ taskType, n, ...rate }) => [
          `${taskLabel(taskType)} (n ${n})`,
          n === 1 ? percent(rate.value) : estimate(rate),
        ]),
    ),
  }));
}

const BESIDE: readonly PaperModel[] = ["GPT-4o", "Llama-3.1-8B-Instruct"];

/**
 * The paper's results on a kind of tasks, and ours on a set of it, in columns that say whose they are. They are different
 * experiments: another model, for WebShop other products and goals; what can be compared is which method is ahead of which.
 */
export function paperTable({ main }: Pick<ChatResults, "main">, set: string): Record<string, string>[] {
  const own = main.filter((row) => row.set === set && agentOf(row.arm));
  const isShop = own.some(({ domain }) => domain === "shop");
  const value = (row: PaperRow | undefined): string => {
    const given = isShop ? row?.webshop?.reward : row?.alfworld.All;
    return given === undefined ? NONE : given.toFixed(2);
  };
  return own.map((row) => {
    const { paper } = agentOf(row.arm)!;
    const published = BESIDE.map((model) =>
      [...PAPER_MAIN, ...PAPER_PROMPT_ONLY].find((each) => each.model === model && each.method === paper),
    );
    // The others are about ALFWorld's task types.
    const caveats = published
      .flatMap((each) => each?.caveat?.split("; ") ?? [])
      .filter((caveat) => !isShop || caveat.startsWith("best of"));
    return {
      "paper's method": paper ?? NONE,
      ...Object.fromEntries(
        BESIDE.map((model, i) => [`paper, ${model.replace("-Instruct", "")}`, value(published[i])]),
      ),
      "our agent": row.arm,
      here: estimate(isShop ? row.reward : row.within.limit),
      "of the paper's row": [...new Set(caveats)].join("; ") || NONE,
    };
  });
}
