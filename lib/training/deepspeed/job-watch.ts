import * as fs from "node:fs";
import * as path from "node:path";
import type { OnProgress } from "../../base/index.ts";
import type { SkippedStep, StepMetrics } from "../metrics.ts";
import type { DeepSpeedJob } from "./job.ts";

interface Sinks {
  readonly onMetrics?: (rows: readonly StepMetrics[]) => void;
  readonly onProgress?: OnProgress;
}

interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly note: string;
}

/** Follows `metrics.jsonl` and `progress.json` of a job that runs; each look passes on what is new. */
export class JobWatch {
  readonly #job: DeepSpeedJob;
  readonly #sinks: Sinks;
  #file = 0;
  #read = 0;
  #rest = "";
  #progress = "";
  #tokens = 0;
  /** Last step that was seen. */
  step = 0;

  constructor(job: DeepSpeedJob, sinks: Sinks) {
    this.#job = job;
    this.#sinks = sinks;
  }

  look(): void {
    const rows = this.#newLines().map((line) => JSON.parse(line) as StepMetrics | SkippedStep);
    // A continued job writes its last steps again.
    const fresh = rows.filter(({ step }) => step > this.step);
    this.step = Math.max(this.step, ...fresh.map(({ step }) => step));
    const done = fresh.filter((row): row is StepMetrics => !("skipped" in row));
    if (done.length > 0) this.#sinks.onMetrics?.(done);
    this.#passProgress();
  }

  #newLines(): string[] {
    const file = path.join(this.#job.folder, "metrics.jsonl");
    if (!fs.existsSync(file)) return [];
    const handle = fs.openSync(file, "r");
    try {
      const { size, ino } = fs.fstatSync(handle);
      // A continued job puts a new file in the place of the old one.
      if (ino !== this.#file) [this.#file, this.#read, this.#rest] = [ino, 0, ""];
      const buffer = Buffer.alloc(size - this.#read);
      this.#read += fs.readSync(handle, buffer, 0, buffer.length, this.#read);
      const lines = (this.#rest + buffer.toString("utf8")).split("\n");
      this.#rest = lines.pop() ?? "";
      return lines;
    } finally {
      fs.closeSync(handle);
    }
  }

  #passProgress(): void {
    const file = path.join(this.#job.folder, "progress.json");
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    if (text === this.#progress) return;
    this.#progress = text;
    const { phase, done, total, note } = JSON.parse(text) as Progress;
    const training = phase === "training";
    // The bar counts tokens all along; other work is told beside it.
    if (training) this.#tokens = Math.round((done / total) * this.#job.tokens);
    const work = training ? `step ${done}` : total > 1 ? `${phase} ${done}/${total}` : phase;
    this.#sinks.onProgress?.({
      done: this.#tokens,
      total: this.#job.tokens,
      note: [work, note].filter(Boolean).join(" · "),
    });
  }
}
