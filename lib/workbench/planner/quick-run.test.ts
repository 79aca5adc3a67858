import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import type { Manifest } from "../stage.ts";
import type { Ended } from "../test-command.ts";
import { quickRun } from "../test-quick-run.ts";
import type { PlannerResults } from "./results.ts";

/** The quick version as a user runs it; stopped in the middle, and continued. Published data are kept out. */
const { experiment, stage, run } = quickRun("planner");

describe("npm start -- --recipe planner --quick", () => {
  let interrupted: Ended;
  let finished: Ended;
  beforeAll(async () => {
    interrupted = await run(() => fs.existsSync(stage("training", "metrics.jsonl")));
    finished = await run();
  }, 900_000);

  it("stops on Ctrl-C with a sentence, and goes on to its end", () => {
    expect(interrupted.status).toBe(130);
    expect(interrupted.stderr).not.toMatch(/ at .*\.ts:\d+/); // no stack trace for what was asked for
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/report: .*planner-quick.report\.html/);
  });

  it("keeps every episode, and packages those that the judge rates well", () => {
    const { summary: simulated } = readJson<Manifest>(stage("simulation", "manifest.json"));
    const { summary: judge } = readJson<Manifest>(stage("judge", "manifest.json"));
    const { summary: packaged } = readJson<Manifest>(stage("package", "manifest.json"));
    expect(judge["episodes"]).toBe(simulated["requests"]);
    expect(judge["evaluated"]).toBe(simulated["final_answer"]);
    expect(packaged["kept"]).toBe(judge["passed"]);
    expect(packaged["validation"]).toBe(30);
  });

  it("trains on the plans alone, in few tokens", () => {
    const { summary } = readJson<Manifest>(stage("labels", "manifest.json"));
    const { tokens, trained, tooLong } = summary as Record<string, number>;
    expect(tooLong).toBe(0);
    expect(trained).toBeGreaterThan(0.2 * tokens);
    expect(trained).toBeLessThan(0.6 * tokens);
  });

  it("plays every series and writes every figure of the report", () => {
    const results = readJson<PlannerResults>(path.join(experiment, "results.json"));
    const of = (name: string) => results.series.find(({ series }) => series === name)!;
    expect(of("scripted teacher").metrics.pass_rate!.mean).toBeGreaterThan(0.9);
    expect(of("scripted teacher").metrics.bad_task_rate!.mean).toBe(0);
    expect(of("zero-shot").metrics.completion_rate!.mean).toBeLessThan(0.1);
    for (const { runs: each } of results.series) expect(each.map(({ requests }) => requests)).toEqual([50, 50]);
    expect(results.comparisons).toHaveLength(6);
  });

  it("leaves a report that asks for nothing from outside", () => {
    const report = fs.readFileSync(path.join(experiment, "report.html"), "utf8");
    expect(report).toContain("default-src 'none'");
    expect(report).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="https?:/);
  });
});
