import { UserError } from "../../base/index.ts";
import type { Interval } from "../statistics.ts";
import { PAPER_MAIN, PAPER_PROMPT_ONLY, type PaperModel } from "./knowself.ts";

/** What is put beside which row of the paper. */
export interface PaperPair {
  /** A method of `PAPER_MAIN` or `PAPER_PROMPT_ONLY`; null: the paper has no such row. */
  readonly paper: string | null;
  /** An arm of ours; null: we have none. */
  readonly here: string | null;
}

/** An arm of ours: rates in [0, 1], such as a line of `summarise` over one set. */
export interface OwnResult {
  readonly arm: string;
  readonly success: Interval;
  /** Actions with knowledge over all actions. */
  readonly knowledge?: number;
}

export interface BesidePaperOptions {
  readonly pairs: readonly PaperPair[];
  readonly own: readonly OwnResult[];
  /** The paper's model; by default the one of its tables 9 and 10. */
  readonly model?: Exclude<PaperModel, "GPT-4o">;
  /** What played here, for the heads of our columns. */
  readonly student?: string;
}

const NONE = "–";

/**
 * The paper's results on ALFWorld beside ours, for people, each in columns that say whose they are; ours with their 95 %
 * intervals. The two are not the same experiment (another model, other games, other knowledge); what can be compared is which method is
 * ahead of which.
 */
export function besidePaper(options: BesidePaperOptions): Record<string, string>[] {
  const { pairs, own, model = "Llama-3.1-8B-Instruct", student = "embedded student" } = options;
  const published = [...PAPER_MAIN, ...PAPER_PROMPT_ONLY].filter((row) => row.model === model);
  const [there, here] = [`paper (${model.replace("-Instruct", "")})`, `here (${student})`];
  return pairs.map(({ paper, here: arm }) => {
    const theirs = paper === null ? undefined : published.find(({ method }) => method === paper);
    const ours = arm === null ? undefined : own.find((result) => result.arm === arm);
    if (paper !== null && !theirs)
      throw new UserError(
        `the paper has no row "${paper}" of ${model}: ${published.map(({ method }) => method).join(", ")}`,
      );
    if (arm !== null && !ours)
      throw new UserError(`no result of ours for "${arm}": ${own.map((result) => result.arm).join(", ")}`);
    return {
      "paper's method": paper ?? NONE,
      "our arm": arm ?? NONE,
      [`success %, ${there}`]: theirs ? theirs.alfworld.All.toFixed(2) : NONE,
      [`success %, ${here}`]: ours ? estimate(ours.success) : NONE,
      "Know%, paper": theirs?.knowledgePercent == null ? NONE : theirs.knowledgePercent.toFixed(2),
      "Know%, here": ours?.knowledge === undefined ? NONE : (100 * ours.knowledge).toFixed(1),
      "the paper's row": theirs ? [theirs.source, ...(theirs.caveat ? [theirs.caveat] : [])].join("; ") : NONE,
    };
  });
}

const percent = (rate: number): string => (100 * rate).toFixed(1);
const estimate = ({ value, low, high }: Interval): string => `${percent(value)} (${percent(low)}–${percent(high)})`;
