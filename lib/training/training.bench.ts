import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

interface BenchTable {
  title: string;
  rows: Record<string, string | number>[];
  note?: string;
}

const ROUNDS = 3; // ours and PyTorch take turns, so that other work on the machine hits both
const SECONDS = 3;

/** Tokens per second of a training step of the student, beside PyTorch on the CPU where that is installed. */
export default function benchTraining(): Promise<BenchTable> {
  const python = pythonWithTorch();
  const engine = path.join(import.meta.dirname, "bench-engine.ts");
  const torch = path.join(import.meta.dirname, "bench_torch.py");
  const rows = [1, 2].map((threads) => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(measure(process.execPath, ["--import", "tsx", engine, String(threads), String(SECONDS)]));
      if (python) theirs.push(measure(python, [torch, String(threads), String(SECONDS)]));
    }
    const row = { threads, "Waymark tokens/s": Math.round(median(ours)) };
    if (!python) return row;
    const ratio = median(ours.map((speed, round) => speed / theirs[round]));
    return { ...row, "PyTorch tokens/s": Math.round(median(theirs)), ratio: ratio.toFixed(2) };
  });
  const missing =
    "PyTorch was not found: `python3 -m venv torch && torch/bin/pip install torch numpy`, then set WAYMARK_TORCH_PYTHON=torch/bin/python";
  return Promise.resolve({
    title: "SFT step, 4 layers of 64, vocabulary 1000, 16 rows of 120 tokens",
    rows,
    note: python ? `median of ${ROUNDS} alternating rounds of ${SECONDS} s; PyTorch from ${python}` : missing,
  });
}

function pythonWithTorch(): string | undefined {
  const candidates = process.env.WAYMARK_TORCH_PYTHON
    ? [process.env.WAYMARK_TORCH_PYTHON]
    : [".venv/bin/python", "python3"];
  return candidates.find(
    (python) =>
      (!python.includes("/") || fs.existsSync(python)) && spawnSync(python, ["-c", "import torch"]).status === 0,
  );
}

/** Runs a script that prints one number. */
function measure(command: string, args: string[]): number {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}`);
  return Number(stdout.trim());
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
