import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { median, NO_TORCH, pythonWithTorch, ROUNDS, SECONDS, takeTurns, type BenchTable } from "./bench/turns.bench.ts";

interface Measured {
  readonly tokensPerSecond: number;
  readonly ids: readonly (readonly number[])[];
  readonly peakMb: number;
}

/** New tokens per second of greedy decoding, beside transformers' `generate` on the CPU: same weights, same prompts. */
export default function benchGeneration(): Promise<BenchTable> {
  const python = pythonWithTorch();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-bench-"));
  const script = (name: string): string => path.join(import.meta.dirname, "bench", name);
  const cases = ["student", "1M"].flatMap((shape) => [1, 32].map((batch) => ({ shape, batch })));
  const rows = cases.map(({ shape, batch }) => {
    const args = [shape, String(batch), String(SECONDS), folder];
    const { ours, theirs } = takeTurns<Measured>(
      { script: script("waymark-generate.ts"), args },
      { script: script("transformers_generate.py"), args, python },
    );
    const row = {
      shape,
      batch,
      "Waymark tokens/s": Math.round(median(ours.map((run) => run.tokensPerSecond))),
      "peak MB": median(ours.map((run) => run.peakMb)),
    };
    if (!python) return row;
    const equal = ours[0].ids.filter((ids, i) => ids.join() === theirs[0].ids[i].join()).length;
    const ratio = median(ours.map((run, round) => run.tokensPerSecond / theirs[round].tokensPerSecond));
    return {
      ...row,
      "transformers tokens/s": Math.round(median(theirs.map((run) => run.tokensPerSecond))),
      "transformers peak MB": median(theirs.map((run) => run.peakMb)),
      "equal texts": `${equal}/${batch}`,
      ratio: ratio.toFixed(2),
    };
  });
  fs.rmSync(folder, { recursive: true, force: true });
  return Promise.resolve({
    title: "Greedy decoding, one thread: prompts of 32 tokens, 128 new ones",
    rows,
    note: python ? `medians of ${ROUNDS} rounds of ${SECONDS} s, in turns; Python ${python}` : NO_TORCH,
  });
}
