import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { maskJob } from "./synthetic-vocabulary.ts";
import { median, ROUNDS, takeTurns, type BenchTable } from "./turns.bench.ts";

interface Measured {
  readonly vocabularyMs: number;
  readonly compileMs: number;
  /** From the compiled grammar to its first mask. */
  readonly firstMs: number;
  /** Microseconds of each mask as bits. */
  readonly masks: readonly number[];
  /** The same as lists of ids, as decoding takes them. */
  readonly lists?: readonly number[];
}

const SIZES = [1024, 8192, 131_072];
const TEXTS = 20;
const NO_LLGUIDANCE =
  "llguidance was not found: `python3 -m venv llguidance && llguidance/bin/pip install llguidance==1.9.1`, then set WAYMARK_LLGUIDANCE_PYTHON=llguidance/bin/python";

/** Masks of a plan's schema by web-xgrammar in Node, beside llguidance in Python: same tokens, same texts. */
export default function benchGrammar(): Promise<BenchTable> {
  const python = pythonWithLlguidance();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-bench-"));
  const script = (name: string): string => path.join(import.meta.dirname, name);
  const rows = SIZES.flatMap((size) => {
    const job = path.join(folder, `${size}.json`);
    fs.writeFileSync(job, JSON.stringify(maskJob(size, TEXTS)));
    const { ours, theirs } = takeTurns<Measured>(
      { script: script("waymark-masks.ts"), args: [job] },
      { script: script("llguidance_masks.py"), args: [job], python },
    );
    return [row("Waymark", size, ours), ...(python ? [row("llguidance", size, theirs)] : [])];
  });
  fs.rmSync(folder, { recursive: true, force: true });
  const note = `medians of ${ROUNDS} fresh processes, in turns; ${TEXTS} plans as tokens; the vocabularies are made up, like byte-level BPE`;
  return Promise.resolve({
    title: "Constrained decoding: the mask before each token of a plan",
    rows,
    note: `${note}; ${python ? `Python ${python}` : NO_LLGUIDANCE}`,
  });
}

function row(who: string, size: number, runs: readonly Measured[]): Record<string, string | number> {
  const of = (value: (run: Measured) => number): string => median(runs.map(value)).toFixed(2);
  return {
    vocabulary: size,
    by: who,
    "vocabulary ms": of((run) => run.vocabularyMs),
    "compile ms": of((run) => run.compileMs),
    "first mask ms": of((run) => run.firstMs),
    "mask p50 µs": of((run) => percentile(run.masks, 0.5)),
    "mask p99 µs": of((run) => percentile(run.masks, 0.99)),
    "as ids p50 µs": runs[0].lists ? of((run) => percentile(run.lists!, 0.5)) : "",
    "as ids p99 µs": runs[0].lists ? of((run) => percentile(run.lists!, 0.99)) : "",
    masks: runs[0].masks.length,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** The Python that has llguidance for comparison, or undefined. */
function pythonWithLlguidance(): string | undefined {
  const named = process.env.WAYMARK_LLGUIDANCE_PYTHON;
  const candidates = named ? [named] : [".venv/bin/python", "python3"];
  return candidates.find((python) => spawnSync(python, ["-c", "import llguidance"]).status === 0);
}
