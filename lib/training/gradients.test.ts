/** However the rows of a step are laid out, the figures and the gradient are the same. */
import { beforeAll, describe, expect, test } from "vitest";
import type { LabelledExample } from "../labels/index.ts";
import { selectEngine, tf, type Llama } from "../model/index.ts";
import { tinyModel, tinyPairs, tinyRows } from "./fixtures/tiny.ts";
import { BatchGradients, preferenceObjective, sftObjective, type Objective } from "./index.ts";

beforeAll(() => {
  selectEngine("auto");
});

const CONTEXT = 48;
const rows = tinyRows(8);
const pairs = tinyPairs(8);
const reference = { chosen: new Float64Array(8).fill(-20), rejected: new Float64Array(8).fill(-21) };

/** Lines of row indices for each batch of the step. */
type Layout = readonly (readonly (readonly number[])[])[];
const ONE: Layout = [[[0], [1], [2], [3], [4], [5], [6], [7]]];

function gradient<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  rows: readonly Row[],
  layout: Layout,
): number[][] {
  const model: Llama = tinyModel();
  const batches = layout.map((lines) =>
    objective.batch(lines.map((line) => line.map((index) => ({ row: rows[index], index })))),
  );
  const gradients = new BatchGradients(objective, model);
  const result = gradients.sum(batches.map((batch) => ({ batch })));
  const values = [result.figures, result.gradient].map((tensor) => [...tensor.dataSync()]);
  tf.dispose([result.figures, result.gradient]);
  gradients.dispose();
  model.dispose();
  return values;
}

function expectEqual(a: number[][], b: number[][]): void {
  a.forEach((values, i) => values.forEach((value, k) => expect(Math.abs(value - b[i][k])).toBeLessThan(2e-6)));
}

describe("sft", () => {
  const ofLayout = (layout: Layout): number[][] => gradient(sftObjective(CONTEXT), rows, layout);

  test("accumulated over batches of any size", () => {
    const batches: Layout = [[[3], [1]], [[0]], [[2], [4], [5], [6], [7]]];
    expectEqual(ofLayout(batches), ofLayout(ONE));
  });

  test("packed into lines, where rows cannot see each other", () => {
    expectEqual(ofLayout([[[0, 1], [2, 3, 4], [5], [6, 7]]]), ofLayout(ONE));
  });

  test("without the mask between them, packed rows would see each other", () => {
    const joined = (a: LabelledExample, b: LabelledExample): LabelledExample => ({
      ...a,
      ids: [...a.ids.slice(0, -1), ...b.ids],
      weights: [...a.weights.slice(0, -1), 0, ...b.weights.slice(1)],
      sources: [...a.sources.slice(0, -1), ...b.sources],
    });
    const wrong = gradient(sftObjective(CONTEXT), [joined(rows[0], rows[1])], [[[0]]]);
    const right = gradient(sftObjective(CONTEXT), rows, [[[0, 1]]]);
    expect(Math.abs(wrong[0][0] - right[0][0])).toBeGreaterThan(1e-3);
  });
});

test.each(["dpo", "rpo_paper", "rpo_code", "rpo_trl"] as const)("%s accumulated over batches of any size", (loss) => {
  const objective = preferenceObjective({ loss, beta: 0.5, alpha: 0.7 }, reference, CONTEXT);
  const batches: Layout = [[[3], [1]], [[0]], [[2], [4], [5], [6], [7]]];
  expectEqual(gradient(objective, pairs, batches), gradient(objective, pairs, ONE));
});
