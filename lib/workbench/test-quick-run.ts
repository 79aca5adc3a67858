import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readJson } from "../base/index.ts";
import type { Manifest } from "./stage.ts";
import { runCommand, type Ended } from "./test-command.ts";

export interface QuickRun {
  /** A file or folder of the experiment. */
  file(...names: string[]): string;
  /** A file or folder of its main run. */
  stage(...names: string[]): string;
  /** What a finished stage of it says of itself. */
  manifest(stage: string): Manifest;
  /** What the continued run has printed. */
  printed(): string;
}

/**
 * A recipe's quick version as a user runs it, stopped with Ctrl-C once `until` holds, and continued; both are checked, and the
 * report. It has folders of its own that go when the test ends, and no published data.
 */
export function continuedQuickRun(recipe: string, until: (quick: QuickRun) => boolean, timeout = 900_000): QuickRun {
  const [runs, empty] = ["runs", "no-data"].map((name) => fs.mkdtempSync(path.join(os.tmpdir(), `${recipe}-${name}-`)));
  const run = (stop?: () => boolean): Promise<Ended> =>
    runCommand(["run", "--recipe", recipe, "--quick"], { WAYMARK_RUNS: runs, WAYMARK_DATA: empty }, stop);
  let interrupted: Ended;
  let finished: Ended;
  const file = (...names: string[]): string => path.join(runs, `${recipe}-quick`, ...names);
  const stage = (...names: string[]): string => file("main-seed0", ...names);
  const quick: QuickRun = {
    file,
    stage,
    manifest: (name) => readJson<Manifest>(stage(name, "manifest.json")),
    printed: () => finished.stdout,
  };
  beforeAll(async () => {
    interrupted = await run(() => until(quick));
    finished = await run();
  }, timeout);
  afterAll(() => {
    for (const folder of [runs, empty]) fs.rmSync(folder, { recursive: true, force: true });
  });

  it("stops on Ctrl-C with a sentence, and goes on to its end", () => {
    expect(interrupted.status, interrupted.stderr).toBe(130);
    expect(interrupted.stderr).not.toMatch(/ at .*\.ts:\d+/); // no stack trace for what was asked for
    expect(finished.status, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(new RegExp(String.raw`report: .*${recipe}-quick.report\.html`));
  });

  it("leaves a report that asks for nothing from outside", () => {
    const report = fs.readFileSync(file("report.html"), "utf8");
    expect(report).toContain("default-src 'none'");
    expect(report).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="https?:/);
  });
  return quick;
}
