import { beforeAll, expect, test } from "vitest";
import { selectEngine, tf } from "../model/index.ts";
import { AdamW } from "./optimizer.ts";

beforeAll(() => {
  selectEngine("auto");
});

const layout = [
  { name: "model.layers.0.mlp.up_proj.weight", shape: [2], offset: 0, size: 2 },
  { name: "model.norm.weight", shape: [1], offset: 2, size: 1 },
];
const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

function update(optimizer: AdamW, gradient: number[]): number[] {
  const weights = tf.variable(tf.tensor1d([1, 1, 1]));
  tf.tidy(() => optimizer.update(weights, tf.tensor1d(gradient), 0.01));
  const values = [...weights.dataSync()];
  weights.dispose();
  return values;
}

test("decay reaches all weights, or all but the named ones", () => {
  // Without a gradient only decay moves weights: 1 - 0.01 * 0.1.
  const close = (values: number[], expected: number[]): void =>
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  close(update(new AdamW(layout, options), [0, 0, 0]), [0.999, 0.999, 0.999]);
  close(update(new AdamW(layout, { ...options, noDecay: ["norm"] }), [0, 0, 0]), [0.999, 0.999, 1]);
});

test("a gradient that is not finite changes neither weights nor moments where it is to be skipped", () => {
  const optimizer = new AdamW(layout, { ...options, clipNorm: 1, skipNonFinite: true });
  expect(update(optimizer, [NaN, 1, 1])).toEqual([1, 1, 1]);
  expect(update(optimizer, [Infinity, 1, 1])).toEqual([1, 1, 1]);
  expect([...optimizer.state().mean]).toEqual([0, 0, 0]);
  expect(update(new AdamW(layout, { ...options, clipNorm: 1 }), [NaN, 1, 1])[0]).toBeNaN();
});
