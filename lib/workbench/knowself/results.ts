import {
  actionRates,
  besidePaper,
  compareArms,
  knowSelfTable,
  type KnowSelfRow,
  type PaperPair,
  type SituationRow,
} from "../../evaluation/index.ts";
import type { ScalingRow, SetComparison } from "../../plots/index.ts";
import type { Run } from "../run.ts";
import type { EvaluationRow } from "../stages/evaluation.ts";
import { ARMS } from "./arms.ts";
import { generalisation, scalingRows, type Generalisation } from "./data-results.ts";
import { readKnowSelfRows, TEACHERS } from "./evaluation.ts";

/** Every figure of a KnowSelf experiment. */
export interface KnowSelfResults {
  /** Arm by set; the sets of both kinds of households together come first. */
  readonly main: readonly KnowSelfRow[];
  /** Each arm against KnowSelf (or its stage 1, where that is all) on the same games: success within 20 steps. */
  readonly comparisons: readonly SetComparison[];
  readonly byType: readonly SituationRow[];
  readonly paper: readonly Record<string, string>[];
  /** Where the experiment has parts of the data: success by their share, a list a set. */
  readonly scaling: Readonly<Record<string, readonly ScalingRow[]>>;
  readonly generalisation: Generalisation;
}

/** Both kinds of households together, by the name of each set. */
const TOGETHER: Readonly<Record<string, string>> = {
  "generated, ordinary": "generated, both kinds",
  "generated, own ways": "generated, both kinds",
  valid_unseen: "valid_unseen, both kinds",
  "valid_unseen, own ways": "valid_unseen, both kinds",
};

/** Paper's methods and the arms that come nearest to them. */
const BESIDE: readonly PaperPair[] = [
  { paper: "ReAct", here: ARMS.base.title },
  { paper: "ETO", here: ARMS.eto.title },
  { paper: null, here: ARMS.fast.title },
  { paper: "KnowSelf", here: ARMS.knowself.title },
];

export function knowSelfResults(runs: readonly Run[]): KnowSelfResults {
  const rows = runs.flatMap(readKnowSelfRows);
  const together = rows.map((row) => ({ ...row, split: TOGETHER[row.split] ?? row.split }));
  const main = bySet([...knowSelfTable(together), ...knowSelfTable(rows)]);
  return {
    main,
    comparisons: compared([...rows, ...together]),
    byType: actionRates(together, true),
    paper: paperTable(main),
    scaling: Object.fromEntries([...new Set(Object.values(TOGETHER))].map((set) => [set, scalingRows(main, set)])),
    generalisation: generalisation([...rows, ...together]),
  };
}

/** Lines of a set one below the other, sets in the order of their first lines. */
function bySet(rows: readonly KnowSelfRow[]): KnowSelfRow[] {
  return [...new Set(rows.map(({ set }) => set))].flatMap((set) => rows.filter((row) => row.set === set));
}

function compared(rows: readonly EvaluationRow[]): SetComparison[] {
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const reference = [ARMS.knowself.title, ARMS.sft.title].find((title) => arms.includes(title));
  const scripted: readonly string[] = Object.values(TEACHERS);
  if (reference === undefined) return [];
  return [...new Set(rows.map(({ split }) => split))].flatMap((set) => {
    const own = rows.filter(({ split }) => split === set);
    return arms
      .filter((arm) => arm !== reference && !scripted.includes(arm))
      .map((arm) => ({ ...compareArms(own, arm, reference, "success_20"), set }));
  });
}

/** Ours on the published games as they are, where there are any, else on the generated ones. */
function paperTable(main: readonly KnowSelfRow[]): Record<string, string>[] {
  const sets = main.map(({ set }) => set);
  const set = sets.includes("valid_unseen") ? "valid_unseen" : "generated, ordinary";
  const own = main
    .filter((row) => row.set === set)
    .map(({ arm, within, knowledge }) => ({
      ...{ arm, success: within.limit },
      ...(knowledge ? { knowledge: knowledge.value } : {}),
    }));
  const pairs = BESIDE.filter(({ here }) => own.some(({ arm }) => arm === here));
  return besidePaper({ pairs, own });
}
