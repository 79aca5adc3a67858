/** Every hand-written gradient against finite differences, on every engine that is set up. */
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "../../base/index.ts";
import { selectEngine, tf, type EngineKind, type Tensor, type Tensor1D, type Tensor2D } from "../tensorflow.ts";
import {
  addLinear,
  causalAttention,
  gatherRows,
  interleavedRows,
  linearCrossEntropy,
  replaceRows,
  rmsNorm,
  rotationTable,
  swiGlu,
  weightedRowSums,
  withGain,
} from "./index.ts";

const STEP = 0.04;
/** Error of the differences in float32, as a share of the largest entry. */
const TOLERANCE = 3e-4;

type Inputs = readonly { readonly shape: readonly number[]; readonly values: Float32Array }[];

/** Normally distributed inputs of these shapes. */
function inputsOf(...shapes: readonly (readonly number[])[]): Inputs {
  const random = createRandom(3, "test/inputs");
  return shapes.map((shape) => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  }));
}

/** Checks the gradient of Σ c · f(inputs), with c random, in every element of every input. */
function checkGradient(f: (inputs: Tensor[]) => Tensor, inputs: Inputs): void {
  const objective = (tensors: Tensor[]): Tensor => {
    const y = f(tensors);
    const random = createRandom(5, "test/weights");
    const weights = Float32Array.from({ length: y.size }, () => random.normal());
    return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
  };
  const tensors = (values: readonly Float32Array[]): Tensor[] =>
    values.map((array, i) => tf.tensor(array, [...inputs[i].shape]));
  const originals = inputs.map(({ values }) => values);
  const at = (input: number, element: number, shift: number): number => {
    const values = originals.map((array) => array.slice());
    values[input][element] += shift;
    return tf.tidy(() => objective(tensors(values)).dataSync()[0]);
  };
  const before = tf.memory().numTensors;
  const gradients = tf.tidy(() => {
    const given = tf.grads((...args: Tensor[]) => objective(args))(tensors(originals));
    return given.map((gradient) => gradient.dataSync().slice());
  });
  expect(tf.memory().numTensors).toBe(before);
  inputs.forEach(({ values }, input) => {
    const scale = Math.max(...gradients[input].map(Math.abs));
    expect(scale).toBeGreaterThan(0.01);
    for (let i = 0; i < values.length; i++) {
      const slope = (shift: number): number => (at(input, i, shift) - at(input, i, -shift)) / (2 * shift);
      const difference = (4 * slope(STEP) - slope(2 * STEP)) / 3; // of fourth order
      expect(Math.abs(gradients[input][i] - difference) / scale, `input ${input}, element ${i}`).toBeLessThan(
        TOLERANCE,
      );
    }
  });
}

const engines: EngineKind[] = [...new Set([selectEngine("auto").engine, "js" as const])];

describe.each(engines)("gradients on %s", (engine) => {
  beforeAll(() => {
    selectEngine(engine);
  });

  test("linear layer on top of a residual", () => {
    const inputs = inputsOf([3, 4], [3, 5], [4, 5]);
    checkGradient(([residual, x, weight]) => addLinear(residual as Tensor2D, x, weight as Tensor2D), inputs);
  });

  test("gain in a weight", () => {
    checkGradient(([weight, gain]) => withGain(weight as Tensor2D, gain as Tensor1D), inputsOf([3, 4], [4]));
  });

  test("rows of a table, some of them twice", () => {
    checkGradient(([table]) => gatherRows(table, tf.tensor1d([2, 0, 2, 3], "int32")), inputsOf([4, 3]));
  });

  test("weighted sums of rows", () => {
    const [{ values }] = inputsOf([3, 4]);
    checkGradient(([x]) => weightedRowSums(x as Tensor2D, tf.tensor2d(values, [3, 4])), inputsOf([3, 4]));
  });

  test("RMS norm", () => {
    checkGradient(([x]) => rmsNorm(x as Tensor2D, 0.1), inputsOf([3, 5]));
  });

  test("cross-entropy with its output table", () => {
    const labels = Int32Array.of(2, 0, 2, 5);
    checkGradient(([x, table]) => linearCrossEntropy(x, table, tf.tensor1d(labels, "int32")), inputsOf([4, 3], [6, 3]));
  });

  test.each([
    ["", 0],
    [" with terms", 2],
  ])("gated linear unit%s", (_, terms) => {
    const inputs = inputsOf([3, 4], [5, 4], [5, 4], ...[[3, 5], [3, 5]].slice(0, terms)); // prettier-ignore
    checkGradient(([x, gate, up, ...rest]) => {
      const [gateTerm, upTerm] = rest as Tensor2D[];
      return swiGlu(x, gate as Tensor2D, up as Tensor2D, gateTerm, upTerm);
    }, inputs);
  });

  test("gated linear unit with a term on one side", () => {
    const inputs = inputsOf([3, 4], [5, 4], [5, 4], [3, 5]);
    const run = (side: "gate" | "up") => ([x, gate, up, term]: Tensor[]) =>
      swiGlu(
        x,
        gate as Tensor2D,
        up as Tensor2D,
        side === "gate" ? (term as Tensor2D) : undefined,
        side === "up" ? (term as Tensor2D) : undefined,
      ); // prettier-ignore
    checkGradient(run("gate"), inputs);
    checkGradient(run("up"), inputs);
  });

  const [batch, length, headDim] = [2, 3, 4];
  test.each([
    ["one key head each", { heads: 2, keyHeads: 2, packed: false, term: false }],
    ["grouped queries", { heads: 4, keyHeads: 2, packed: false, term: false }],
    ["packed rows", { heads: 2, keyHeads: 1, packed: true, term: false }],
    ["an added term", { heads: 4, keyHeads: 2, packed: false, term: true }],
  ])("attention: %s", (_, { heads, keyHeads, packed, term }) => {
    const out = (heads + 2 * keyHeads) * headDim;
    const never = -1e9;
    const causal = Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => (j > i ? never : 0)));
    // In the second row the last two positions do not see the first.
    const rows = [causal, causal.map((line, i) => line.map((value, j) => (i > 0 && j === 0 ? never : value)))];
    const inputs = inputsOf([batch * length, 3], [out, 3], ...(term ? [[batch * length, out]] : []));
    checkGradient(([x, weight, added]) => {
      const table = (sign: 1 | -1): Tensor =>
        tf.tensor3d(rotationTable(length, headDim, 100, headDim ** -0.25, sign), [length, headDim / 2, 2]);
      const order = tf.tensor1d(interleavedRows(heads + keyHeads, headDim, keyHeads * headDim), "int32");
      return causalAttention(
        x as Tensor2D,
        tf.gather(weight as Tensor2D, order),
        { forward: table(1), backward: table(-1) },
        packed ? tf.tensor3d(rows) : tf.tensor2d(causal),
        { batch, length, heads, keyHeads, headDim },
        added as Tensor2D | undefined,
      );
    }, inputs);
  });

  test("replaced rows, which are taken over exactly", () => {
    const [{ values }] = inputsOf([6, 3]);
    const replaced = (rows: Tensor): Tensor2D =>
      replaceRows(tf.tensor2d(values, [6, 3]), rows as Tensor2D, Int32Array.of(4, 1));
    checkGradient(([rows]) => replaced(rows), inputsOf([2, 3]));
    const expected = [...values];
    expected.splice(12, 3, 1, 2, 3);
    expected.splice(3, 3, 4, 5, 6);
    expect(tf.tidy(() => [...replaced(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])).dataSync()])).toEqual(expected);
  });
});
