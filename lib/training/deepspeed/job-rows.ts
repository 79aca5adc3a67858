import * as fs from "node:fs";
import * as path from "node:path";
import { JsonlWriter } from "../../base/index.ts";
import type { LabelledExample } from "../../labels/index.ts";
import { countSteps, planSteps } from "../plan.ts";
import { pairKind } from "../preference.ts";
import type { TrainingRecipe } from "../recipe.ts";
import {
  findPairProblem,
  findRowProblem,
  usableRows,
  type DroppedRows,
  type PreferencePair,
  type RowLimits,
  type RowProblem,
} from "../row-problems.ts";
import { storeRows, type RowSource } from "../row-source.ts";
import { learningRateAt } from "../schedule.ts";
import { rowKind } from "../sft.ts";
import type { DeepSpeedTask } from "./task.ts";

export interface WrittenRows {
  readonly rowsFile: string;
  readonly count: number;
  /** Of all rows in their order, as the TensorFlow.js engine computes it. */
  readonly hash: string;
  /** Over all epochs. */
  readonly tokens: number;
  readonly steps: number;
  readonly dropped: DroppedRows;
}

/**
 * Writes `rows.jsonl.gz` and `steps.jsonl.gz`. A step has its learning rate and its batches; a batch is a list of lines,
 * a line a list of row indices. Memory does not grow with the number of rows.
 */
export async function writeRowsAndSteps(
  folder: string,
  task: DeepSpeedTask,
  recipe: TrainingRecipe,
  limits: RowLimits,
): Promise<WrittenRows> {
  const store = path.join(folder, "rows.tmp");
  const dropped: Partial<Record<RowProblem, number>> = {};
  const source: RowSource<LabelledExample | PreferencePair> =
    task.objective === "sft"
      ? await storeRows(
          usableRows(task.rows, (row) => findRowProblem(row, limits), recipe.onBadRow, dropped),
          store,
          rowKind,
        )
      : await storeRows(
          usableRows(task.pairs, (pair) => findPairProblem(pair, limits), recipe.onBadRow, dropped),
          store,
          pairKind,
        );
  try {
    const rowsFile = path.join(folder, "rows.jsonl.gz");
    const rows = new JsonlWriter(rowsFile);
    for (let index = 0; index < source.count; index++) await rows.write(source.read(index));
    await rows.close();

    const steps = countSteps(source, recipe);
    const plan = new JsonlWriter(path.join(folder, "steps.jsonl.gz"));
    let step = 0;
    for (const batches of planSteps(source, recipe)) {
      await plan.write({ learningRate: learningRateAt(step, steps, recipe), batches });
      step++;
    }
    await plan.close();
    const { count, hash } = source;
    return { rowsFile, count, hash, tokens: recipe.epochs * source.tokens, steps, dropped };
  } finally {
    source.close();
    fs.rmSync(store, { recursive: true, force: true });
  }
}
