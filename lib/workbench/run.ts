import * as path from "node:path";
import { UserError } from "../base/index.ts";
import { runsFolder } from "./project.ts";
import { loadRecipe, type Recipe, type Settings } from "./recipe.ts";

/** What a notebook is given; its `parameters` cell holds defaults for all four. */
export interface RunParameters {
  /** Name or file of a recipe. */
  readonly recipe: string;
  readonly arm?: string;
  readonly seed: number;
  readonly quick: boolean;
}

/** One arm of a recipe with one seed: the unit that is trained and evaluated. */
export interface Run {
  /** `household`, or `household-quick`: the experiment's folder under `experiments/runs`. */
  readonly experiment: string;
  readonly arm: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly title: string;
  readonly settings: Settings;
  readonly recipeHash: string;
  /** Where this run's stages keep their artefacts. */
  readonly folder: string;
}

/** Folder of an experiment's runs, results and report. */
export const experimentFolder = ({ name, quick }: Pick<Recipe, "name" | "quick">): string =>
  path.join(runsFolder(), quick ? `${name}-quick` : name);

/** The run of `arm` (default: the recipe's first) with `seed`. */
export function runOf(recipe: Recipe, arm: string | undefined, seed: number): Run {
  const [first] = recipe.arms.keys();
  const name = arm ?? first;
  const settings = recipe.arms.get(name);
  if (settings === undefined) {
    throw new UserError(`recipe ${recipe.name} has no arm "${name}"; it has ${[...recipe.arms.keys()].join(", ")}`);
  }
  const folder = experimentFolder(recipe);
  return {
    experiment: path.basename(folder),
    arm: name,
    seed,
    quick: recipe.quick,
    title: recipe.title,
    settings,
    recipeHash: recipe.hash,
    folder: path.join(folder, `${name}-seed${seed}`),
  };
}

/** Opens the run that a notebook's parameters name. */
export function openRun({ recipe, arm, seed, quick }: RunParameters): Run {
  return runOf(loadRecipe(recipe, { quick, seeds: [seed] }), arm, seed);
}

/** The folder of a stage's artefact, or a file in it. */
export const stageFolder = (run: Pick<Run, "folder">, stage: string, ...file: readonly string[]): string =>
  path.join(run.folder, stage, ...file);
