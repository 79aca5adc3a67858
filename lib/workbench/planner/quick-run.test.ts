import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { continuedQuickRun } from "../test-quick-run.ts";
import type { PlannerResults } from "./results.ts";

describe("npm start -- --recipe planner --quick", () => {
  const { file, manifest } = continuedQuickRun("planner", ({ stage }) =>
    fs.existsSync(stage("training", "metrics.jsonl")),
  );

  it("keeps every episode, and packages those that the judge rates well", () => {
    const { summary: simulated } = manifest("simulation");
    const { summary: judge } = manifest("judge");
    const { summary: packaged } = manifest("package");
    expect(judge["episodes"]).toBe(simulated["requests"]);
    expect(judge["evaluated"]).toBe(simulated["final_answer"]);
    expect(packaged["kept"]).toBe(judge["passed"]);
    expect(packaged["validation"]).toBe(30);
  });

  it("trains on the plans alone, in few tokens", () => {
    const { summary } = manifest("labels");
    const { tokens, trained, tooLong } = summary as Record<string, number>;
    expect(tooLong).toBe(0);
    expect(trained).toBeGreaterThan(0.2 * tokens);
    expect(trained).toBeLessThan(0.6 * tokens);
  });

  it("plays every series and writes every figure of the report", () => {
    const results = readJson<PlannerResults>(file("results.json"));
    const of = (name: string) => results.series.find(({ series }) => series === name)!;
    expect(of("scripted teacher").metrics.pass_rate!.mean).toBeGreaterThan(0.9);
    expect(of("scripted teacher").metrics.bad_task_rate!.mean).toBe(0);
    expect(of("zero-shot").metrics.completion_rate!.mean).toBeLessThan(0.1);
    for (const { runs: each } of results.series) expect(each.map(({ requests }) => requests)).toEqual([50, 50]);
    expect(results.comparisons).toHaveLength(6);
  });
});
