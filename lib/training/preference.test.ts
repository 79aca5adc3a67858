import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { selectEngine } from "../model/index.ts";
import { tinyModel, tinyPairs } from "./fixtures/tiny.ts";
import { PREFERENCE_FIGURES, readMetrics, trainPreference, type PreferenceRecipeInput } from "./index.ts";

/** Starting more threads takes longer than these runs. */
const ONE = { threads: 1 };

let folder: string;
beforeAll(() => {
  selectEngine("auto");
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-preference-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const RECIPE: PreferenceRecipeInput = { seed: 1, batchSize: 4, epochs: 20, learningRate: 3e-3, warmupSteps: 5 };

test.each(["dpo", "rpo_paper", "rpo_code", "rpo_trl"] as const)(
  "%s learns to prefer the chosen answers",
  async (loss) => {
    const model = tinyModel();
    const { final, steps } = await trainPreference({
      ...ONE,
      model,
      pairs: tinyPairs(8),
      recipe: { ...RECIPE, loss },
      folder,
    });
    const first = readMetrics(path.join(folder, "metrics.jsonl"))[0];
    expect(steps).toBe(40);
    expect(Object.keys(first)).toEqual(expect.arrayContaining([...PREFERENCE_FIGURES]));
    // Before the first update the model is the reference: no reward, no margin, -log σ(0).
    expect(Math.abs(first["rewards/margins"])).toBeLessThan(1e-4);
    if (loss === "dpo") expect(first.loss).toBeCloseTo(Math.LN2, 4);
    expect(final["rewards/accuracies"]).toBe(1);
    expect(final["rewards/margins"]).toBeGreaterThan(1);
    // What sets RPO apart: the chosen answers become more likely, too.
    if (loss !== "dpo") expect(final["logps/chosen"]).toBeGreaterThan(first["logps/chosen"]);
    model.dispose();
  },
);

test("the reference is asked once: a second run on the same model and pairs reads it", async () => {
  const train = async (): Promise<void> => {
    const model = tinyModel();
    await trainPreference({ ...ONE, model, pairs: tinyPairs(8), recipe: { ...RECIPE, epochs: 1 }, folder });
    model.dispose();
  };
  await train();
  const file = path.join(folder, "reference.json");
  const written = fs.statSync(file).mtimeMs;
  expect(readJson<{ chosen: number[] }>(file).chosen).toHaveLength(8);
  await train();
  expect(fs.statSync(file).mtimeMs).toBe(written);
});

test("pairs with equal sides are an error that names the pair, or dropped and counted", async () => {
  const model = tinyModel();
  const [first, ...rest] = tinyPairs(8);
  const pairs = [{ ...first, rejected: first.chosen }, ...rest];
  const recipe = { ...RECIPE, epochs: 1 };
  await expect(trainPreference({ ...ONE, model, pairs, recipe, folder })).rejects.toThrow(
    "pair row-0: chosen and rejected are equal",
  );
  const { dropped } = await trainPreference({ ...ONE, model, pairs, recipe: { ...recipe, onBadRow: "drop" }, folder });
  expect(dropped).toEqual({ equal_sides: 1 });
  model.dispose();
});
