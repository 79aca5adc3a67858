import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Interrupted, readJson, UserError, writeJson } from "../../base/index.ts";
import { selectEngine } from "../../model/index.ts";
import { tinyRows } from "../fixtures/tiny.ts";
import { temporaryFolder, tinyJob } from "./fixtures/tiny-jobs.ts";
import type { DeepSpeedJob } from "./job.ts";
import { deepSpeedResult, deepSpeedPython, launchDeepSpeed } from "./launch.ts";

const newJob = (folder = temporaryFolder()): Promise<DeepSpeedJob> =>
  tinyJob(folder, { objective: "sft", rows: tinyRows(4), recipe: { seed: 0 } });

/** Stands in for Python: `check` answers `train.py --check`, `launch` DeepSpeed's launcher. */
function program(check: string, launch: string): string {
  const file = path.join(temporaryFolder(), "python");
  const script = `#!/usr/bin/env bash\nif [ "\${2-}" = --check ]; then ${check}; else ${launch}; fi\n`;
  fs.writeFileSync(file, script, { mode: 0o755 });
  return file;
}

function finish(job: DeepSpeedJob): void {
  writeJson(path.join(job.folder, "result.json"), {
    signature: job.signature,
    steps: 3,
    tokens: 10,
    final: { loss: 1 },
  });
}

describe("launching", () => {
  beforeAll(() => void selectEngine("js"));

  it("gives the launcher's environment on, and returns what the job came to", async () => {
    const job = await newJob();
    const launch = `echo '{"step":1,"loss":2}' > metrics.jsonl
      echo '{"signature":"${job.signature}","steps":1,"tokens":5}' > result.json; echo "$EXTRA $OMP_NUM_THREADS" > environment`;
    const seen: unknown[] = [];
    const result = await launchDeepSpeed(job, {
      python: program("exit 0", launch),
      env: { EXTRA: "mine", OMP_NUM_THREADS: "3" },
      onMetrics: (rows) => seen.push(...rows),
    });
    expect(result).toMatchObject({ steps: 1, output: path.join(job.folder, "output"), snapshots: [] });
    expect(result.base).toBe(readJson<{ model: { folder: string } }>(path.join(job.folder, "job.json")).model.folder);
    expect(seen).toEqual([{ step: 1, loss: 2 }]);
    expect(fs.readFileSync(path.join(job.folder, "environment"), "utf8")).toBe("mine 3\n");
  });

  it("does not run a finished job again", async () => {
    const job = await newJob();
    finish(job);
    expect(await launchDeepSpeed(job, { python: "/no/python" })).toMatchObject({ steps: 3, tokens: 10 });
  });

  it("takes no result of another job", async () => {
    const job = await newJob();
    finish({ ...job, signature: "other" });
    expect(deepSpeedResult(job)).toBeNull();
  });

  it("passes on what the check has found, before anything starts", async () => {
    const job = await newJob();
    const check = `echo '["no GPU is here"]' > problems.json; exit 2`;
    const launching = launchDeepSpeed(job, { python: program(check, "touch started") });
    await expect(launching).rejects.toThrow(new UserError("no GPU is here"));
    expect(fs.existsSync(path.join(job.folder, "started"))).toBe(false);
  });

  it("names the failing rank", async () => {
    const job = await newJob();
    const record = {
      rank: 1,
      world: 2,
      host: "h",
      process: 9,
      step: 2,
      state: "failed",
      time: 1,
      error: "ValueError: x",
    };
    const launch = `mkdir -p ranks; echo '${JSON.stringify(record)}' > ranks/1.json; exit 1`;
    await expect(launchDeepSpeed(job, { python: program("exit 0", launch) })).rejects.toThrow(
      "rank 1 of 2 (h, process 9) failed after step 2: ValueError: x",
    );
  });

  it("asks the job to stop when it is aborted", async () => {
    const job = await newJob();
    const controller = new AbortController();
    const launch = `echo '{"step":1,"loss":2}' > metrics.jsonl; while [ ! -e stop ]; do sleep 0.05; done; exit 0`;
    const onMetrics = (): void => controller.abort();
    const launching = launchDeepSpeed(job, { python: program("exit 0", launch), signal: controller.signal, onMetrics });
    await expect(launching).rejects.toThrow(Interrupted);
    await expect(launchDeepSpeed(job, { python: "/no/python", signal: controller.signal })).rejects.toThrow(
      Interrupted,
    );
  });

  it("stops the job where the caller's sink throws, and throws that", async () => {
    const job = await newJob();
    const launch = `echo '{"step":1,"loss":2}' > metrics.jsonl; while [ ! -e stop ]; do sleep 0.05; done; exit 0`;
    const onMetrics = (): void => {
      throw new Error("the figure cannot be drawn");
    };
    const launching = launchDeepSpeed(job, { python: program("exit 0", launch), onMetrics });
    await expect(launching).rejects.toThrow("the figure cannot be drawn");
  });

  it("names the remedy where DeepSpeed was not set up", () => {
    expect(() => deepSpeedPython("/nowhere")).toThrow("npm run setup -- --deepspeed");
  });
});
