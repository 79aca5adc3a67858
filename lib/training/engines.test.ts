/** The plain JavaScript engine computes the same training steps as the native one. */
import { expect, test } from "vitest";
import { selectEngine, tf } from "../model/index.ts";
import { tinyModel, tinyOptimizer, tinyRows } from "./fixtures/tiny.ts";
import { BatchGradients, makeBatch, sftObjective, trainStep } from "./index.ts";

test("native and JavaScript engines give the same losses to 1e-5", (context) => {
  const native = selectEngine("auto");
  if (native.engine === "js") return context.skip("only the JavaScript engine is set up");
  const expected = threeLosses();
  expect(selectEngine("js").engine).toBe("js");
  expect(tf.getBackend()).toBe("cpu");
  threeLosses().forEach((loss, i) => expect(Math.abs(loss / expected[i] - 1)).toBeLessThan(1e-5));
});

function threeLosses(): number[] {
  const model = tinyModel();
  const optimizer = tinyOptimizer(model);
  const gradients = new BatchGradients(sftObjective(48), model);
  const batch = makeBatch(tinyRows(4).map((row) => [row]));
  const losses = [0, 1, 2].map(() => trainStep(gradients, batch, optimizer, 1e-3).dataSync()[0]);
  gradients.dispose();
  return losses;
}
