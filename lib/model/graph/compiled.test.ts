import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createRandom } from "../../base/index.ts";
import { nativeBackend, selectEngine, tf, type EngineKind, type Tensor } from "../tensorflow.ts";
import { Compiled, type GraphInput } from "./index.ts";

const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

const random = createRandom(0, "test/compiled");
const matrix = (rows: number, columns: number): Tensor =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );

describe.each(engines)("compiled functions on %s", (engine) => {
  beforeEach(() => {
    selectEngine(engine);
  });

  test("give what the function itself gives, whatever the sizes", () => {
    const table = matrix(5, 3); // not an input
    // x [rows, columns], y [columns, 3]
    const f = ([x, y]: readonly Tensor[]): Tensor[] => {
      const [rows, columns] = x.shape;
      const product = tf.matMul(tf.add(x, 1), y);
      const turned = tf.transpose(tf.reshape(product, [rows, 3, 1]), [1, 0, 2]);
      const gradient = tf.grad((x: Tensor) => tf.sum(tf.square(tf.matMul(x, y))) as Tensor)(x);
      return [turned, tf.matMul(product, table, false, true), tf.expandDims(tf.reshape(gradient, [rows, columns]), 0)];
    };
    const compiled = new Compiled((inputs) => f(inputs));
    const before = tf.memory().numTensors;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (rows, columns) => {
        const [x, y] = [matrix(rows, columns), matrix(columns, 3)];
        const inputs: GraphInput[] = [
          { tensor: x, varying: [1] },
          { tensor: y, varying: [0] },
        ];
        const expected = tf.tidy(() => f([x, y]));
        compiled.run(inputs).forEach((got, i) => {
          expect(got.shape).toEqual(expected[i].shape);
          [...got.dataSync()].forEach((value, k) => expect(value).toBeCloseTo(expected[i].dataSync()[k], 5));
          tf.dispose([got, expected[i]]);
        });
        tf.dispose([x, y]);
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
    compiled.dispose();
    table.dispose();
  });
});

describe("what a graph cannot hold is an error", () => {
  beforeAll(() => {
    selectEngine("auto");
  });
  const run = (f: (x: Tensor) => Tensor): unknown =>
    tf.tidy(() => new Compiled(([x]) => [f(x)]).run([{ tensor: matrix(4, 3), varying: [0] }]));

  test.each<[string, (x: Tensor) => Tensor, RegExp]>([
    [
      "a number that depends on the size",
      (x) => tf.mul(x, 1 / x.shape[0]),
      /Mul is a constant that depends on the sizes/,
    ],
    ["a size that is not an axis of a reshape", (x) => tf.slice(x, [1, 0], [x.shape[0] - 1, 3]), /Slice is a constant/],
    ["other operations", (x) => (x.shape[0] > 3 ? tf.sqrt(x) : tf.exp(x)), /operation 0, .+, differs for other sizes/],
    ["more operations", (x) => (x.shape[0] > 3 ? x.sqrt().exp() : x.sqrt()), /other operations for other sizes/],
    ["values that are read", (x) => tf.mul(x, x.dataSync()[0]), /values of a tensor are read/],
  ])("%s", (_, f, message) => {
    if (!nativeBackend()) return;
    expect(() => run(f)).toThrow(message);
    expect(tf.tidy(() => tf.add(matrix(1, 1), 1).shape)).toEqual([1, 1]); // the backend is as before
  });

  test("one tensor as two inputs, which may be two another time", () => {
    if (!nativeBackend()) return;
    const tensor = matrix(2, 2);
    const input = { tensor, varying: [] };
    expect(() => new Compiled(([x, y]) => [tf.add(x, y)]).run([input, input])).toThrow(
      "one tensor as two of its inputs",
    );
    tensor.dispose();
  });
});
