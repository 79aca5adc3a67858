import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import { continuedQuickRun } from "../test-quick-run.ts";
import { AGENT_IDS } from "./agents.ts";
import type { ChatResults } from "./results.ts";

/** Without a key; stopped while it plays. */
describe("npm start -- --recipe knowself-chat --quick", () => {
  const quick = continuedQuickRun("knowself-chat", ({ stage }) => fs.existsSync(stage("play", "react")), 300_000);

  it("plays every agent in both worlds, and never calls the script a language model", () => {
    const { main, comparisons, rules } = readJson<ChatResults>(quick.file("results.json"));
    expect(main).toHaveLength(2 * AGENT_IDS.length);
    expect(main.every(({ arm }) => arm.endsWith("(scripted)"))).toBe(true);
    expect(comparisons).toHaveLength(2 * (AGENT_IDS.length - 1));
    const of = (arm: string) => main.filter((row) => row.arm === `${arm} (scripted)`);
    expect(of("KnowSelf, always told").map(({ knowledge }) => knowledge?.value)).toEqual([1, 1]);
    expect(of("KnowSelf, never told").map(({ knowledge }) => knowledge?.value)).toEqual([0, 0]);
    expect(new Set(rules.map(({ domain }) => domain))).toEqual(new Set(["household", "shop"]));
  });

  it("says what it is, on the screen and in the report", () => {
    const report = fs.readFileSync(quick.file("report.html"), "utf8");
    expect(report).toContain("Scripted: no language model took part.");
    expect(report).toContain("paper, GPT-4o");
    expect(quick.printed()).toContain("ReAct (scripted)");
  });
});
