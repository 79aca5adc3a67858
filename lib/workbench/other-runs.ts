import * as fs from "node:fs";
import * as path from "node:path";
import { runsFolder } from "./project.ts";

/**
 * The folders that this stage has, or would have, in the other experiments' runs of the same arm and seed: experiments
 * that extend one another begin with the same stages. None for folders outside the runs, which `verify` makes.
 */
export function inOtherExperiments(folder: string): string[] {
  const runs = runsFolder();
  const [experiment, ...rest] = path.relative(runs, folder).split(path.sep);
  if (experiment === ".." || rest.length < 2 || !fs.existsSync(runs)) return [];
  const others = fs.readdirSync(runs).filter((name) => name !== experiment);
  return others.map((name) => path.join(runs, name, ...rest));
}

/** Puts a copy of a folder in place of another; it is there as a whole or not at all. */
export function replaceByCopy(folder: string, from: string): void {
  const copy = `${folder}.copy`;
  for (const old of [copy, folder]) fs.rmSync(old, { recursive: true, force: true });
  fs.cpSync(from, copy, { recursive: true });
  fs.renameSync(copy, folder);
}
