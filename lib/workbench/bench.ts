import { UserError } from "../base/index.ts";
import { showTable } from "./notebook/index.ts";

export interface BenchTable {
  readonly title: string;
  readonly rows: readonly Record<string, string | number>[];
  readonly note?: string;
}

/** Benchmarks by name; each measures ours beside what a user would take instead, in one run. */
export const BENCHMARKS: Readonly<Record<string, () => Promise<{ default: () => Promise<BenchTable> }>>> = {
  household: () => import("../environments/household/household.bench.ts"),
  rollouts: () => import("./rollouts/rollouts.bench.ts"),
  serving: () => import("./serve/serving.bench.ts"),
  generation: () => import("../model/generation.bench.ts"),
  grammar: () => import("../model/bench/grammar.bench.ts"),
  training: () => import("../training/training.bench.ts"),
};

export async function bench(names: readonly string[]): Promise<number> {
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
    const load = BENCHMARKS[name];
    if (load === undefined) {
      throw new UserError(`no benchmark "${name}"; there are ${Object.keys(BENCHMARKS).join(", ")}`);
    }
    const { title, rows, note } = await (await load()).default();
    showTable(rows, { caption: title });
    if (note !== undefined) process.stdout.write(`${note}\n`);
  }
  return 0;
}
