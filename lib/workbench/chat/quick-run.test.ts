import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readJson } from "../../base/index.ts";
import type { Ended } from "../test-command.ts";
import { quickRun } from "../test-quick-run.ts";
import { AGENT_IDS } from "./agents.ts";
import type { ChatResults } from "./results.ts";

/** The quick version as a user runs it, without a key and without published data; stopped while it plays, and continued. */
const { experiment, stage, run } = quickRun("knowself-chat");

describe("npm start -- --recipe knowself-chat --quick", () => {
  let interrupted: Ended;
  let finished: Ended;
  beforeAll(async () => {
    interrupted = await run(() => fs.existsSync(stage("play", "react")));
    finished = await run();
  }, 300_000);

  it("stops on Ctrl-C with a sentence, and goes on to its end", () => {
    expect(interrupted.status, interrupted.stderr).toBe(130);
    expect(interrupted.stderr).not.toMatch(/ at .*\.ts:\d+/);
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/report: .*knowself-chat-quick.report\.html/);
    expect(finished.stdout).toContain("ReAct (scripted)");
  });

  it("plays every agent in both worlds, and never calls the script a language model", () => {
    const { main, comparisons, rules } = readJson<ChatResults>(path.join(experiment, "results.json"));
    expect(main).toHaveLength(2 * AGENT_IDS.length);
    expect(main.every(({ arm }) => arm.endsWith("(scripted)"))).toBe(true);
    expect(comparisons).toHaveLength(2 * (AGENT_IDS.length - 1));
    const of = (arm: string) => main.filter((row) => row.arm === `${arm} (scripted)`);
    expect(of("KnowSelf, always told").map(({ knowledge }) => knowledge?.value)).toEqual([1, 1]);
    expect(of("KnowSelf, never told").map(({ knowledge }) => knowledge?.value)).toEqual([0, 0]);
    expect(new Set(rules.map(({ domain }) => domain))).toEqual(new Set(["household", "shop"]));
  });

  it("leaves a report that says what it is, and asks for nothing from outside", () => {
    const report = fs.readFileSync(path.join(experiment, "report.html"), "utf8");
    expect(report).toContain("Scripted: no language model took part.");
    expect(report).toContain("paper, GPT-4o");
    expect(report).toContain("default-src 'none'");
    expect(report).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="https?:/);
  });
});
