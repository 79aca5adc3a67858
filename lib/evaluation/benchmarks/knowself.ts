/** The paper: Qiao et al., "Agentic Knowledgeable Self-awareness", ACL 2025, arXiv 2504.03553. */
export const KNOWSELF_PAPER = "arXiv 2504.03553";

export const PAPER_MODELS = ["GPT-4o", "Llama-3.1-8B-Instruct", "Gemma-2-2b-it"] as const;
export type PaperModel = (typeof PAPER_MODELS)[number];

/** The paper's six types of ALFWorld tasks, with the games of its test set. */
export const PAPER_TASK_TYPES = { Put: 24, Clean: 31, Heat: 23, Cool: 21, Examine: 18, PutTwo: 17 } as const;
export type PaperTaskType = keyof typeof PAPER_TASK_TYPES;

/** Success by task type and over all, in per cent of the games. */
export interface PaperRow {
  readonly source: string;
  readonly model: PaperModel;
  readonly method: string;
  /** Actions with knowledge in per cent of all actions; null: not stated. */
  readonly knowledgePercent: number | null;
  readonly alfworld: Readonly<Record<PaperTaskType, number>> & { readonly All: number };
  /** Mean reward times 100 on WebShop; null: not stated. */
  readonly webshop: { readonly knowledgePercent: number; readonly reward: number } | null;
  /** What keeps a row from being read beside the others. */
  readonly caveat?: string;
}

/** Such as Llama's ETO on Clean: 70.59 is no multiple of one game of 31. */
const OTHER = "by task type in part with another denominator";
const TOTAL = "by task type they make up 74.63, not 73.88";
const BEST_OF_FIVE = "best of 5 trials";

type Values = readonly [
  put: number,
  clean: number,
  heat: number,
  cool: number,
  examine: number,
  two: number,
  all: number,
];

function row(
  source: string,
  [model, method, knowledgePercent]: readonly [PaperModel, string, number | null],
  [Put, Clean, Heat, Cool, Examine, PutTwo, All]: Values,
  webshop: readonly [knowledgePercent: number, reward: number] | null,
  caveat?: string,
): PaperRow {
  return {
    source: `${KNOWSELF_PAPER}, ${source}`,
    ...{ model, method, knowledgePercent },
    alfworld: { Put, Clean, Heat, Cool, Examine, PutTwo, All },
    webshop: webshop && { knowledgePercent: webshop[0], reward: webshop[1] },
    ...(caveat === undefined ? {} : { caveat }),
  };
}

const main = (
  head: Parameters<typeof row>[1],
  values: Values,
  webshop: Parameters<typeof row>[3],
  caveat?: string,
): PaperRow => row("main results", head, values, webshop, caveat);
const [GPT, LLAMA, GEMMA] = PAPER_MODELS;

/** The main results: ALFWorld's 134 games of valid_unseen and WebShop's 200 sessions, gold from AgentBank. */
export const PAPER_MAIN: readonly PaperRow[] = [
  main([GPT, "ReAct", 0], [83.33, 74.19, 69.57, 85.71, 77.78, 64.71, 76.12], [0, 61.33]),
  main([GPT, "Reflexion", 0], [100, 87.1, 73.91, 90.48, 83.33, 70.59, 85.07], [0, 67.4], BEST_OF_FIVE),
  main([GPT, "ExpeL", 100], [95.83, 83.87, 69.57, 80.95, 88.89, 52.94, 79.85], [100, 57.65]),
  main([LLAMA, "ReAct", 0], [33.33, 3.23, 0, 57.14, 66.67, 23.53, 27.61], null),
  main([LLAMA, "Reflexion", 0], [62.96, 22.73, 5.88, 64.29, 86.36, 50, 51.49], [0, 60.6], `${BEST_OF_FIVE}; ${OTHER}`),
  main([LLAMA, "ExpeL", 100], [83.33, 32.26, 30.43, 23.81, 55.56, 17.65, 41.04], [100, 49.58]),
  main([LLAMA, "ETO", 0], [91.67, 70.59, 82.61, 61.9, 88.89, 64.71, 78.36], [0, 63.93], OTHER),
  main([LLAMA, "KnowAgent", 100], [87.5, 93.55, 65.22, 66.67, 61.11, 64.71, 75.37], [100, 61.82]),
  main([LLAMA, "WKM", 100], [95.83, 87.1, 86.96, 61.9, 66.67, 52.94, 77.61], null),
  main([LLAMA, "KnowSelf", 15.01], [91.67, 87.1, 91.3, 85.71, 77.78, 64.71, 84.33], [17.12, 67.14]),
  main([GEMMA, "ReAct", 0], [0, 9.68, 0, 4.76, 44.44, 0, 8.96], null),
  main([GEMMA, "Reflexion", 0], [4.76, 10.71, 0, 9.52, 65.38, 0, 17.16], [0, 21.63], `${BEST_OF_FIVE}; ${OTHER}`),
  main([GEMMA, "ExpeL", 100], [0, 3.23, 0, 0, 27.78, 0, 4.48], [100, 16.05]),
  main([GEMMA, "ETO", 0], [91.67, 83.87, 78.26, 52.38, 77.78, 29.41, 71.64], [0, 61.78]),
  main([GEMMA, "KnowAgent", 100], [91.67, 90.32, 69.57, 71.43, 66.67, 41.18, 73.88], [100, 60.05], TOTAL),
  main([GEMMA, "WKM", 100], [91.67, 87.1, 78.26, 71.43, 61.11, 52.94, 76.12], null),
  main([GEMMA, "KnowSelf", 26.41], [87.5, 93.55, 73.91, 76.19, 83.33, 52.94, 79.85], [21.73, 63.65]),
];

/** KnowSelf as a prompt, without training. */
export const PAPER_PROMPT_ONLY: readonly PaperRow[] = [
  row("table 5", [LLAMA, "KnowSelf, prompt only", null], [50, 45.16, 17.39, 28.57, 61.11, 58.82, 42.54], null),
  row("table 5", [GEMMA, "KnowSelf, prompt only", null], [8.33, 3.23, 0, 0, 22.22, 11.76, 6.72], null),
];

/** One number of a small table: success over all ALFWorld games, in per cent, of Llama-3.1-8B-Instruct. */
export interface PaperValue {
  readonly source: string;
  readonly method: string;
  readonly value: number;
}

const values = (table: string, list: readonly (readonly [method: string, value: number])[]): PaperValue[] =>
  list.map(([method, value]) => ({ source: `${KNOWSELF_PAPER}, ${table}`, method, value }));

/** Which of the two training stages, and with which loss. */
export const PAPER_STAGES: readonly PaperValue[] = values("table 9", [
  ["SFT", 79.85],
  ["RPO", 74.63],
  ["SFT + DPO", 75.37],
  ["SFT + RPO", 84.33],
]);

/** Who chooses the rule. */
export const PAPER_RETRIEVERS: readonly PaperValue[] = values("table 10", [
  ["DeepSeek-V3", 84.33],
  ["GPT-4o", 85.82],
  ["Sentence-BERT, trained", 87.31],
]);

/** Training as the paper and its scripts state it; both stages full-parameter, fp16, AdamW without weight decay. */
export interface PaperTraining {
  readonly source: string;
  readonly stage: "SFT" | "RPO";
  readonly cutoffTokens: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: "cosine" | "constant_with_warmup";
  readonly warmupRatio: number;
  /** β of the preference loss and the weight of its likelihood term. */
  readonly beta?: number;
  readonly alpha?: number;
}

export const PAPER_TRAINING: readonly PaperTraining[] = [
  {
    ...{ source: `${KNOWSELF_PAPER}, table 8`, stage: "SFT", cutoffTokens: 3072, epochs: 3, batchSize: 8 },
    ...{ learningRate: 2e-5, schedule: "cosine", warmupRatio: 0 },
  },
  {
    ...{ source: `${KNOWSELF_PAPER}, table 8`, stage: "RPO", cutoffTokens: 4096, epochs: 1, batchSize: 3 },
    ...{ learningRate: 5e-7, schedule: "constant_with_warmup", warmupRatio: 0.1, beta: 0.5, alpha: 1 },
  },
];

/** What is only drawn in the paper: there are no values to be put beside ours, but what the text says of them. */
export const PAPER_FIGURES = [
  {
    source: `${KNOWSELF_PAPER}, figure 3a`,
    shows: "ablations (all fast, no reflection, no knowledge, full knowledge), both small models",
    says: "KnowSelf is best; no knowledge is better than no reflection; with Gemma, full knowledge is worse than no reflection",
  },
  {
    source: `${KNOWSELF_PAPER}, figure 3b`,
    shows: "generalisation: trained on Put, Clean and Examine, tested on Heat, Cool and PutTwo",
    says: "ETO wins 5.88 % of PutTwo and nothing else, KnowAgent nothing",
  },
  {
    source: `${KNOWSELF_PAPER}, figure 3c`,
    shows: "share of the self-aware data, alone (absolute) and filled up with plain gold (relative), both small models",
    says: "relative: below 40 % success goes up and down or falls",
  },
  {
    source: `${KNOWSELF_PAPER}, figure 4`,
    shows: "logit lens of the first token of a turn: `[Knowledge]`, `[Reflection]`, `Thought`",
    says: "the tokens come up in the last layers only, `[Knowledge]` later than `Thought`",
  },
] as const;
