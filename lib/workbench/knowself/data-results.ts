import {
  compareArms,
  percentWithInterval,
  summarise,
  type KnowSelfRow,
  type ResultRow,
} from "../../evaluation/index.ts";
import type { ScalingRow, SetComparison } from "../../plots/index.ts";
import { ARMS, SEEN, type Arm } from "./arms.ts";

const arms: readonly Arm[] = Object.values(ARMS);

/** Success within 20 steps by the share of self-aware data, on one set. None and all of it are arms of their own. */
export function scalingRows(rows: readonly KnowSelfRow[], set: string): ScalingRow[] {
  const at = (title: string, share: number, data: ScalingRow["data"]): ScalingRow[] =>
    rows.flatMap(({ arm, set: of, within, games, seeds }) =>
      of === set && arm === title && within[20] ? [{ share, data, n: games * seeds, ...within[20] }] : [],
    );
  const parts = arms.flatMap(({ title, sft }) =>
    sft?.share === undefined ? [] : at(title, sft.share, sft.rest === "plain" ? "relative" : "absolute"),
  );
  if (parts.length === 0) return [];
  const all = (["absolute", "relative"] as const).flatMap((data) => at(ARMS.sft.title, 1, data));
  return [...at(ARMS.fast.title, 0, "relative"), ...parts, ...all];
}

/** Trained on three task types or on all six: success within 20 steps on the types that the first have and have not seen. */
export interface Generalisation {
  readonly table: readonly Record<string, string | number>[];
  /** On the unseen types, with knowledge against without, both trained on the three. */
  readonly comparisons: readonly SetComparison[];
}

export function generalisation(rows: readonly ResultRow[]): Generalisation {
  const [without, with_] = [ARMS["seen-types-fast"].title, ARMS["seen-types"].title];
  const titles: string[] = [without, with_, ARMS.fast.title, ARMS.sft.title];
  if (!rows.some(({ arm }) => arm === with_)) return { table: [], comparisons: [] };
  const typed = rows
    .filter(({ arm, metric }) => titles.includes(arm) && metric === "success_20")
    .map((row) => ({
      ...row,
      split: `${row.split}: ${SEEN.some((type) => type === row.taskType) ? "seen" : "unseen"} types`,
    }));
  const table = summarise(typed, ["split", "arm"]).map(({ split, arm, n, value, low, high }) => ({
    ...{ set: split, arm, n },
    "≤ 20 steps, %": percentWithInterval({ value, low, high }),
  }));
  const sets = [...new Set(typed.map(({ split }) => split))].filter((split) => split.endsWith("unseen types"));
  const comparisons = sets.map((set) => ({
    ...compareArms(
      typed.filter(({ split }) => split === set),
      with_,
      without,
      "success_20",
    ),
    set,
  }));
  return { table, comparisons };
}
