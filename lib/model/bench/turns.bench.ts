import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";

export interface BenchTable {
  title: string;
  rows: Record<string, string | number>[];
  note?: string;
}

/** Benchmarks beside Python take turns with it, so that other work on the machine hits both. */
export const ROUNDS = 5;
export const SECONDS = 3;

/** The Python that has PyTorch for comparison, or undefined. */
export function pythonWithTorch(): string | undefined {
  const named = process.env.WAYMARK_TORCH_PYTHON;
  const candidates = named ? [named] : [".venv/bin/python", "python3"];
  return candidates.find(
    (python) =>
      (!python.includes("/") || fs.existsSync(python)) && spawnSync(python, ["-c", "import torch"]).status === 0,
  );
}

export const NO_TORCH =
  "PyTorch was not found: `python3 -m venv torch && torch/bin/pip install -r lib/model/bench/requirements.txt`, then set WAYMARK_TORCH_PYTHON=torch/bin/python";

/** Runs both scripts `ROUNDS` times in turn; each prints a line of JSON. `theirs` is empty without Python. */
export function takeTurns<T>(
  ours: { readonly script: string; readonly args: readonly string[] },
  theirs: { readonly script: string; readonly args: readonly string[]; readonly python: string | undefined },
): { ours: T[]; theirs: T[] } {
  const results = { ours: [] as T[], theirs: [] as T[] };
  for (let round = 0; round < ROUNDS; round++) {
    results.ours.push(measure(process.execPath, ["--import", "tsx", ours.script, ...ours.args]));
    // As a user would start it, without what our own commands set.
    if (theirs.python)
      results.theirs.push(measure(theirs.python, [theirs.script, ...theirs.args], { GLIBC_TUNABLES: "" }));
  }
  return results;
}

function measure<T>(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): T {
  const stdio = ["ignore", "pipe", "ignore"] as const;
  return JSON.parse(
    execFileSync(command, args, { encoding: "utf8", stdio: [...stdio], env: { ...process.env, ...env } }),
  ) as T;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
