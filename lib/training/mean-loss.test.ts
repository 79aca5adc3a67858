import { beforeAll, expect, test } from "vitest";
import { selectEngine } from "../model/index.ts";
import { tinyModel, tinyRows } from "./fixtures/tiny.ts";
import { BatchGradients, meanActionLoss, sftObjective, tokenLosses } from "./index.ts";

beforeAll(() => {
  selectEngine("auto");
});

test("losses row by row are those of a training batch", () => {
  const model = tinyModel();
  const rows = tinyRows(6);
  const objective = sftObjective(48);
  const gradients = new BatchGradients(objective, model);
  const { figures } = gradients.of(objective.batch(rows.map((row, index) => [{ row, index }])));
  const [loss, actionLoss] = figures.dataSync();
  expect(meanActionLoss(model, rows)).toBeCloseTo(actionLoss, 5);
  const losses = rows.map((row) => [...tokenLosses(model, row)]);
  rows.forEach((row, r) => expect(losses[r]).toHaveLength(row.ids.length - 1));
  const weighted = losses.flatMap((row, r) => row.map((value, t) => value * rows[r].weights[t + 1]));
  const weights = rows.flatMap((row) => row.weights.slice(1));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  expect(sum(weighted) / sum(weights)).toBeCloseTo(loss, 5);
  gradients.dispose();
  model.dispose();
});
