import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import type { Manifest } from "../stage.ts";
import type { Ended } from "../test-command.ts";
import { quickRun } from "../test-quick-run.ts";
import type { KnowSelfResults } from "./results.ts";

/** KnowSelf's quick version as a user runs it; killed in the middle, and continued. Published games are kept out. */
const { experiment, stage, run } = quickRun("knowself");

describe("npm start -- --recipe knowself --quick", () => {
  let interrupted: Ended;
  let finished: Ended;
  beforeAll(async () => {
    interrupted = await run(() => fs.existsSync(stage("pairs", "manifest.json")));
    finished = await run();
  }, 900_000);

  it("stops on Ctrl-C with a sentence, and goes on to its end", () => {
    expect(interrupted.status).toBe(130);
    expect(interrupted.stderr).not.toMatch(/ at .*\.ts:\d+/); // no stack trace for what was asked for
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/report: .*knowself-quick.report\.html/);
  });

  it("finds what the base cannot do, and trains on it", () => {
    const { summary } = readJson<Manifest>(stage("pairs", "manifest.json"));
    const { steps, different, slow, knowledgeable, withoutRule } = summary as Record<string, number>;
    expect(different).toBeGreaterThan(0.02 * steps);
    expect(slow + knowledgeable + withoutRule).toBe(different);
    expect(knowledgeable).toBeGreaterThan(20);
    const losses = ["gold", "self-aware"].map(
      (variant) => readJson<Manifest>(stage(`sft/${variant}`, "manifest.json")).artefact,
    );
    expect(new Set(losses).size).toBe(2);
    expect(
      readJson<Manifest>(stage("preference/self-aware-rpo_paper-rpo", "manifest.json")).summary["pairs"],
    ).toBeGreaterThan(10);
  });

  it("plays every arm and writes every figure of the report", () => {
    const results = readJson<KnowSelfResults>(path.join(experiment, "results.json"));
    const of = (set: string, arm: string) => results.main.find((row) => row.set === set && row.arm === arm)!;
    expect(of("generated, own ways", "KnowSelf, always told").knowledge?.value).toBe(1);
    expect(of("generated, own ways", "base").knowledge?.value).toBe(0);
    expect(of("generated, both kinds", "scripted gold agent").within.limit.value).toBe(1);
    // What is known of a household is worth something: the gold agent finds things sooner than the one without rules.
    const steps = (arm: string): number => of("generated, own ways", arm).steps!;
    expect(steps("scripted gold agent")).toBeLessThan(steps("scripted teacher") - 2);
    expect(results.comparisons.map(({ armB }) => armB)).toEqual(results.comparisons.map(() => "KnowSelf"));
    expect(results.paper.length).toBeGreaterThan(1);
  });

  it("leaves an executed notebook without errors and a report that asks for nothing from outside", () => {
    const notebook = fs.readFileSync(stage("notebooks/methods", "knowself.ipynb"), "utf8");
    expect(notebook).not.toContain('"output_type": "error"');
    const report = fs.readFileSync(path.join(experiment, "report.html"), "utf8");
    expect(report).toContain("default-src 'none'");
    expect(report).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="https?:/);
  });
});
