import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { sha256, sha256File } from "../../base/index.ts";

/** The Python that trains: `train.py`, the package `waymark_train` and its requirements. */
const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "python");

const FILE = /\.(py|txt)$/;

function packageFiles(): string[] {
  return fs
    .readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => FILE.test(name))
    .sort();
}

/** Copies it into a job's folder; files of an earlier version go. */
export function copyPackage(folder: string): void {
  fs.rmSync(path.join(folder, "waymark_train"), { recursive: true, force: true });
  for (const name of packageFiles()) {
    const target = path.join(folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(path.join(source, name), target);
  }
}

/** Hash of the Python that trains: who keeps results by the code that made them has to know it. */
export function packageHash(): string {
  return sha256(packageFiles().map((name) => `${name} ${sha256File(path.join(source, name))}`).join("\n")); // prettier-ignore
}
