import * as fs from "node:fs";
import * as path from "node:path";
import { readJson, writeJson } from "../base/index.ts";

/** In an exported model folder: which template the model was trained with. Other tools do not read it. */
const FILE = "waymark.json";

export interface TrainedTemplate {
  readonly template: string;
  readonly templateHash: string;
}

/**
 * The template that the model in a folder was trained with: as its export says, else as the labels of the run that the
 * folder belongs to; undefined where neither is there. The Jinja text alone does not tell, for it leaves out how an
 * environment's words are shortened.
 */
export function trainedTemplate(folder: string): TrainedTemplate | undefined {
  const exported = path.join(folder, FILE);
  if (fs.existsSync(exported)) return readJson<TrainedTemplate>(exported);
  for (let at = path.resolve(folder), levels = 0; levels < 4; at = path.dirname(at), levels++) {
    const file = path.join(at, "labels", "manifest.json");
    if (fs.existsSync(file)) return readJson<{ summary: TrainedTemplate }>(file).summary;
  }
  return undefined;
}

/** Writes it into an exported folder; returns the file's name, or nothing where it is not known. */
export function writeTrainedTemplate(output: string, trained: TrainedTemplate | undefined): string[] {
  if (trained?.templateHash === undefined) return [];
  const { template, templateHash } = trained;
  writeJson(path.join(output, FILE), { template, templateHash });
  return [FILE];
}
