import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  median,
  NO_TORCH,
  pythonWithTorch,
  ROUNDS,
  SECONDS,
  takeTurns,
  type BenchTable,
} from "../model/bench/turns.bench.ts";

interface Measured {
  readonly tokensPerSecond: number;
  readonly loss: number;
  readonly peakMb: number;
}

/** Tokens per second of a training step, beside PyTorch on the CPU where that is installed: same weights, same rows. */
export default function benchTraining(): Promise<BenchTable> {
  const python = pythonWithTorch();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-bench-"));
  const script = (name: string): string => path.join(import.meta.dirname, "bench", name);
  const cases = ["student", "1M"].flatMap((shape) => [1, 2].map((threads) => ({ shape, threads })));
  const rows = cases.map(({ shape, threads }) => {
    const args = [shape, String(threads), String(SECONDS), folder];
    const { ours, theirs } = takeTurns<Measured>(
      { script: script("waymark-step.ts"), args },
      { script: script("torch_step.py"), args, python },
    );
    const row = {
      shape,
      threads,
      "Waymark tokens/s": Math.round(median(ours.map((run) => run.tokensPerSecond))),
      "peak MB": median(ours.map((run) => run.peakMb)),
    };
    if (!python) return row;
    if (Math.abs(ours[0].loss / theirs[0].loss - 1) > 1e-4)
      throw new Error(`${shape}: our first loss ${ours[0].loss} is not PyTorch's ${theirs[0].loss}`);
    const ratio = median(ours.map((run, round) => run.tokensPerSecond / theirs[round].tokensPerSecond));
    return {
      ...row,
      "PyTorch tokens/s": Math.round(median(theirs.map((run) => run.tokensPerSecond))),
      "PyTorch peak MB": median(theirs.map((run) => run.peakMb)),
      ratio: ratio.toFixed(2),
    };
  });
  fs.rmSync(folder, { recursive: true, force: true });
  return Promise.resolve({
    title: "SFT step with AdamW and clipping: student 4 × 64, 16 rows of 120 tokens; 1M 4 × 128, 8 rows of 256",
    rows,
    note: python
      ? `medians of ${ROUNDS} rounds of ${SECONDS} s, in turns; first losses agree; PyTorch from ${python}`
      : NO_TORCH,
  });
}
