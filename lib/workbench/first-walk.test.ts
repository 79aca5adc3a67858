import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson } from "../base/index.ts";
import type { Manifest } from "./stage.ts";
import { runCommand, type Ended } from "./test-command.ts";

/**
 * The whole walk as a user runs it, in its quick version: interrupted, continued, and run a second time from scratch.
 * Published games are kept out, so that the result does not depend on a data folder.
 */
const runs = fs.mkdtempSync(path.join(os.tmpdir(), "walk-"));
const empty = fs.mkdtempSync(path.join(os.tmpdir(), "no-data-"));
afterAll(() => {
  fs.rmSync(runs, { recursive: true, force: true });
  fs.rmSync(empty, { recursive: true, force: true });
});

const waymark = (folder: string, args: readonly string[], until?: () => boolean): Promise<Ended> =>
  runCommand(args, { WAYMARK_RUNS: path.join(runs, folder), WAYMARK_DATA: empty }, until);

const runFolder = (folder: string): string => path.join(runs, folder, "household-quick", "main-seed0");
const STAGES = ["trajectories", "labels", "training", "evaluation"];
const artefacts = (folder: string): string[] =>
  STAGES.map((stage) => readJson<Manifest>(path.join(runFolder(folder), stage, "manifest.json")).artefact);

describe("npm start -- --quick", () => {
  let interrupted: Ended;
  let finished: Ended;
  let again: Ended;
  beforeAll(async () => {
    const metrics = path.join(runFolder("a"), "training", "metrics.jsonl");
    const training = (): boolean => fs.existsSync(metrics) && fs.statSync(metrics).size > 2000;
    interrupted = await waymark("a", ["run", "--quick"], training);
    finished = await waymark("a", ["run", "--quick"]);
    again = await waymark("a", ["run", "--quick"]);
  }, 900_000);

  it("stops on Ctrl-C with a sentence, and keeps a checkpoint", () => {
    expect(interrupted.status).toBe(130);
    expect(interrupted.stderr).toMatch(/03-training\.ipynb: stopped/);
    expect(interrupted.stderr).not.toMatch(/ at .*\.ts:\d+/); // no stack trace for what was asked for
  });

  it("continues to the end, and prints the main table and the report's path", () => {
    expect(finished.stderr).toMatch(/01-trajectories\.ipynb · done before/);
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/scripted teacher/);
    expect(finished.stdout).toMatch(/report: .*household-quick.report\.html/);
  });

  it("executes no notebook twice", () => {
    expect(again.status).toBe(0);
    expect(again.stderr.match(/done before/g)).toHaveLength(4);
  });

  it("ends with the same artefacts as a run that nobody interrupted", async () => {
    const whole = await waymark("b", ["stages", "--quick"]);
    expect(whole.status, whole.stderr).toBe(0);
    expect(artefacts("b")).toEqual(artefacts("a"));
  }, 600_000);

  it("writes every figure of the report to results.json", () => {
    const results = readJson<{ quick: boolean; main: { arm: string; success: number; low: number; high: number }[] }>(
      path.join(runs, "a", "household-quick", "results.json"),
    );
    expect(results.quick).toBe(true);
    expect(results.main.map((row) => row.arm)).toEqual([
      "student, free",
      "student, admissible only",
      "scripted teacher",
      "random admissible",
    ]);
    for (const { success, low, high } of results.main) expect(low <= success && success <= high).toBe(true);
    expect(results.main[2].success).toBeGreaterThan(0.95);
  });

  it("leaves executed notebooks without errors and a report that asks for nothing from outside", () => {
    for (const name of ["01-trajectories", "02-labels", "03-training", "04-evaluation"]) {
      const text = fs.readFileSync(path.join(runFolder("a"), "notebooks", `${name}.ipynb`), "utf8");
      expect(text).not.toContain('"output_type": "error"');
    }
    const report = fs.readFileSync(path.join(runs, "a", "household-quick", "report.html"), "utf8");
    expect(report).toContain("default-src 'none'");
    expect(report).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="https?:/);
  });
});
