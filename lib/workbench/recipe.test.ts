import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadRecipe } from "./recipe.ts";
import { projectRoot } from "./project.ts";
import { openRun } from "./run.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "recipe-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(text: string): string {
  const file = path.join(folder, "test.yaml");
  fs.writeFileSync(file, text);
  return file;
}

describe("loadRecipe", () => {
  it("reads every committed recipe, full and quick", () => {
    for (const name of fs.readdirSync(path.join(projectRoot, "experiments"))) {
      if (!name.endsWith(".yaml")) continue;
      const full = loadRecipe(name.replace(".yaml", ""));
      const quick = loadRecipe(name.replace(".yaml", ""), { quick: true });
      expect(full.hash).not.toBe(quick.hash);
      expect(quick.seeds).toHaveLength(1);
    }
  });

  it("lays arms and quick changes over the recipe it extends", () => {
    const recipe = loadRecipe("household-ablations");
    const base = loadRecipe("household").arms.get("main");
    expect([...recipe.arms.keys()][0]).toBe("full");
    expect(recipe.arms.get("without-thoughts")?.labels).toEqual({ ...base?.labels, thoughts: false });
    expect(recipe.arms.get("without-thoughts")?.model).toEqual(base?.model);
  });

  it("names file, key and value of a mistake", () => {
    const file = write("name: bad\ntitle: t\nextends: household\nsettings: { training: { learningRate: -1 } }\n");
    expect(() => loadRecipe(file)).toThrow(/test\.yaml, arm main: training\.learningRate: .* \(found -1\)/);
    const unknown = write("name: bad\ntitle: t\nextends: household\nsettings: { training: { learningrate: 1 } }\n");
    expect(() => loadRecipe(unknown)).toThrow(/learningrate/);
  });

  it("lists the recipes there are when a name is unknown", () => {
    expect(() => loadRecipe("housold")).toThrow(/no such recipe; there are .*household/);
  });

  it("refuses a recipe that extends itself", () => {
    const file = write("name: loop\ntitle: t\n");
    fs.writeFileSync(file, `name: loop\ntitle: t\nextends: ${file}\n`);
    expect(() => loadRecipe(file)).toThrow(/extends itself/);
  });

  it("opens the first arm where none is named, and refuses an unknown one", () => {
    expect(openRun({ recipe: "household", seed: 3, quick: true }).folder).toMatch(/household-quick.main-seed3$/);
    expect(() => openRun({ recipe: "household", arm: "x", seed: 0, quick: true })).toThrow(/no arm "x"; it has main/);
  });

  it("takes DeepSpeed as the engine by one line, and its settings; without it nothing of the training changes", () => {
    const training = (text: string): Record<string, unknown> | undefined => {
      const head = "name: engine\ntitle: t\nextends: household\nsettings:\n  training: ";
      return loadRecipe(write(`${head}${text}\n`)).arms.get("main")?.training;
    };
    const plain = loadRecipe("household").arms.get("main")?.training;
    expect(training("{ engine: tensorflow, deepspeed: { zeroStage: 2 } }")).toEqual(plain);
    expect(training("{ engine: deepspeed }")).toEqual({
      ...plain,
      engine: "deepspeed",
      deepspeed: expect.objectContaining({ device: "gpu", precision: "bf16", zeroStage: 3 }) as unknown,
    });
    expect(training("{ engine: deepspeed, deepspeed: { device: cpu, model: here } }")).toMatchObject({
      deepspeed: { device: "cpu", model: "here" },
    });
    expect(() => training("{ engine: deepspeed, deepspeed: { zero: 3 } }")).toThrow(/training\.deepspeed: .*zero/);
  });
});
