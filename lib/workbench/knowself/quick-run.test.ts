import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { continuedQuickRun } from "../test-quick-run.ts";
import type { KnowSelfResults } from "./results.ts";

describe("npm start -- --recipe knowself --quick", () => {
  const { file, stage, manifest } = continuedQuickRun("knowself", ({ stage }) =>
    fs.existsSync(stage("pairs", "manifest.json")),
  );

  it("finds what the base cannot do, and trains on it", () => {
    const { summary } = manifest("pairs");
    const { steps, different, slow, knowledgeable, withoutRule } = summary as Record<string, number>;
    expect(different).toBeGreaterThan(0.02 * steps);
    expect(slow + knowledgeable + withoutRule).toBe(different);
    expect(knowledgeable).toBeGreaterThan(20);
    const losses = ["gold", "self-aware"].map((variant) => manifest(`sft/${variant}`).artefact);
    expect(new Set(losses).size).toBe(2);
    expect(manifest("preference/self-aware-rpo_paper-rpo").summary["pairs"]).toBeGreaterThan(10);
  });

  it("plays every arm and writes every figure of the report", () => {
    const results = readJson<KnowSelfResults>(file("results.json"));
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

  it("leaves an executed notebook without errors", () => {
    const notebook = fs.readFileSync(stage("notebooks/methods", "knowself.ipynb"), "utf8");
    expect(notebook).not.toContain('"output_type": "error"');
  });
});
