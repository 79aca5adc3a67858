import { describe, expect, test } from "vitest";
import {
  PAPER_MAIN,
  PAPER_MODELS,
  PAPER_PROMPT_ONLY,
  PAPER_RETRIEVERS,
  PAPER_STAGES,
  PAPER_TASK_TYPES,
} from "./knowself.ts";

const TYPES = Object.entries(PAPER_TASK_TYPES);
const GAMES = TYPES.reduce((sum, [, n]) => sum + n, 0);
const rows = [...PAPER_MAIN, ...PAPER_PROMPT_ONLY].map((row) => ({ name: `${row.model}, ${row.method}`, row }));

describe("the paper's ALFWorld rows", () => {
  test("134 games; each model with its methods, once", () => {
    expect(GAMES).toBe(134);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(19);
    expect(PAPER_MODELS.map((model) => PAPER_MAIN.filter((row) => row.model === model).length)).toEqual([3, 7, 7]);
  });

  // A slip of a digit while copying would break these.
  test.each(rows)("$name: games won of each type make up the total, unless a caveat says otherwise", ({ row }) => {
    const { alfworld, caveat = "" } = row;
    const wins = TYPES.map(([type, n]) => Math.round((alfworld[type as "Put"] * n) / 100));
    const fits = TYPES.every(([type, n], i) => Math.abs(alfworld[type as "Put"] - (100 * wins[i]) / n) < 0.006);
    const adds = Math.abs(alfworld.All - (100 * wins.reduce((a, b) => a + b)) / GAMES) < 0.006;
    expect(fits).toBe(!caveat.includes("denominator"));
    if (fits) expect(adds).toBe(!caveat.includes("make up"));
  });

  test.each(rows)("$name: knowledge at every action or none, but for KnowSelf", ({ row }) => {
    expect(row.source).toMatch(/^arXiv 2504\.03553, (main results|table 5)$/);
    const shares = [row.knowledgePercent, row.webshop?.knowledgePercent].filter((share) => share != null);
    expect(shares.every((share) => share === 0 || share === 100)).toBe(row.method !== "KnowSelf");
  });
});

test("the small tables are rates of the same games, and agree with the main results", () => {
  const knowself = PAPER_MAIN.find((row) => row.model === "Llama-3.1-8B-Instruct" && row.method === "KnowSelf")!;
  for (const { value } of [...PAPER_STAGES, ...PAPER_RETRIEVERS])
    expect(Math.abs((value * GAMES) / 100 - Math.round((value * GAMES) / 100))).toBeLessThan(0.01);
  expect(PAPER_STAGES.at(-1)?.value).toBe(knowself.alfworld.All);
  expect(PAPER_RETRIEVERS[0].value).toBe(knowself.alfworld.All);
});
